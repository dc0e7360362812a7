import { commands, machine, reply, type CommandContext, type CommandOf, type Host, type Machine } from 'kayak'
import { everyEntries, PersistentMap } from 'kayak/streams'
import { z } from 'zod'

const name = z.string().min(1)
const positive = z.number().int().positive()

export const codec = commands({
  acquire: z.object({ name, owner: z.string().min(1), leaseMs: positive }),
  renew: z.object({ name, token: positive, leaseMs: positive }),
  release: z.object({ name, token: positive }),
  /** Takes away what nobody has renewed. It is the leader's work, and `term` is that in which it led. */
  sweep: z.object({ term: positive }),
})
export type Command = CommandOf<typeof codec>

/** Who has a lock, and until when, by the log's time. */
export interface Holding {
  readonly owner: string
  /** The index at which the lock was given away. The next who gets it has a greater one. */
  readonly token: number
  readonly until: number
}
export type Locks = PersistentMap<string, Holding>

/** Whether it was done, and who has the lock now. */
export interface Answer {
  readonly isDone: boolean
  readonly holding?: Holding | undefined
}

export type LockMachine = Machine<Locks, Command, Answer>

/**
 * A lease has run out once an entry says so, by the log's time, which is the same for all members. So they always agree on
 * who has a lock, whatever their own clocks say.
 */
export function apply(locks: Locks, command: Command, { index, term, now }: Omit<CommandContext, 'random' | 'uuid'>) {
  if (command.type === 'sweep') {
    const isDone = command.term === term // else whoever has proposed it led no more when it was appended
    const late = isDone ? [...locks].filter(([, { until }]) => until <= now) : []
    return reply<Locks, Answer>(
      late.reduce((left, [name]) => left.delete(name), locks),
      { isDone },
    )
  }
  const holding = locks.get(command.name)
  const answer = (isDone: boolean, next = locks) =>
    reply<Locks, Answer>(next, { isDone, holding: next.get(command.name) })
  if (command.type === 'acquire') {
    const { name, owner, leaseMs } = command
    if (holding !== undefined && now < holding.until) return answer(holding.owner === owner)
    return answer(true, locks.set(name, { owner, token: index, until: now + leaseMs }))
  }
  if (holding?.token !== command.token) return answer(false)
  if (command.type === 'release') return answer(true, locks.delete(command.name))
  return answer(true, locks.set(command.name, { ...holding, until: now + command.leaseMs }))
}

export const locksOn = (host: Host<Command>): LockMachine =>
  machine(host, { name: 'locks', initial: PersistentMap.empty(), apply, compact: everyEntries(10_000) })
