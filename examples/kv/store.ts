import { commands, machine, reply, type CommandContext, type CommandOf, type Host } from 'kayak'
import { everyEntries, PersistentMap } from 'kayak/streams'
import { z } from 'zod'

const key = z.string().min(1).max(200)
/** Only where the key has this version; 0 stands for a key that isn't there. */
const ifVersion = z.number().int().min(0).optional()

export const codec = commands({
  put: z.object({ key, value: z.string().max(100_000), ifVersion }),
  delete: z.object({ key, ifVersion }),
})
export type Command = CommandOf<typeof codec>

/** A version is the index of the entry that has made it: of later changes it is greater, of all keys together. */
export interface Versioned {
  readonly value: string
  readonly version: number
}
export type Store = PersistentMap<string, Versioned>

/** What was done; or, with the version that is there, that it wasn't. */
export interface Answer {
  readonly isDone: boolean
  readonly version: number
}

export const empty: Store = PersistentMap.empty()

export function apply(store: Store, command: Command, { index }: Pick<CommandContext, 'index'>) {
  const there = store.get(command.key)?.version ?? 0
  const { ifVersion: wanted = there } = command
  const isDone = wanted === there && (command.type === 'put' || there > 0)
  if (!isDone) return reply<Store, Answer>(store, { isDone, version: there })
  const next =
    command.type === 'put'
      ? store.set(command.key, { value: command.value, version: index })
      : store.delete(command.key)
  return reply<Store, Answer>(next, { isDone, version: index })
}

export const storeOn = (host: Host<Command>) =>
  machine(host, { name: 'store', initial: empty, apply, compact: everyEntries(10_000) })
