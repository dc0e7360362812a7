import { commands, machine, reply, type CommandContext, type CommandOf, type Host, type Machine } from 'kayak'
import { everyEntries, PersistentMap } from 'kayak/streams'
import { z } from 'zod'

const text = z.string().min(1).max(200)

export const codec = commands({
  /** Named by whoever adds it: what is added twice is one job. */
  add: z.object({ id: text, what: text }),
  take: z.object({ worker: text, leaseMs: z.number().int().positive() }),
  done: z.object({ id: text, lease: z.number().int().positive() }),
})
export type Command = CommandOf<typeof codec>

export interface Job {
  readonly id: string
  readonly what: string
  readonly attempts: number
  /** The index at which it was taken last; 0 if nobody has. */
  readonly lease: number
  /** Until when it is that worker's, by the log's time. */
  readonly until: number
}

export interface Queue {
  /** First come, first served. (One of very many would be kept in a PersistentMap, by their numbers.) */
  readonly jobs: readonly Job[]
  /** What is done, with how many attempts it took. (One that runs for years would forget them by and by.) */
  readonly done: PersistentMap<string, number>
}

/** The job that was added, taken or done; undefined if there is none. */
export type Answer = Job | undefined
export type JobQueue = Machine<Queue, Command, Answer>

const initial: Queue = { jobs: [], done: PersistentMap.empty() }

/**
 * A lease has run out once an entry says so, by the log's time: that of the next worker who looks for a job. No clock of a
 * member or of a worker decides anything.
 */
export function apply(queue: Queue, command: Command, { index, now }: Pick<CommandContext, 'index' | 'now'>) {
  const { jobs, done } = queue
  const answer = (next: Queue, job?: Job) => reply<Queue, Answer>(next, job)
  if (command.type === 'add') {
    const { id, what } = command
    if (done.has(id) || jobs.some(job => job.id === id)) return answer(queue)
    const job = { id, what, attempts: 0, lease: 0, until: 0 }
    return answer({ jobs: [...jobs, job], done }, job)
  }
  if (command.type === 'take') {
    const free = jobs.find(({ until }) => until <= now)
    if (free === undefined) return answer(queue)
    const job = { ...free, attempts: free.attempts + 1, lease: index, until: now + command.leaseMs }
    return answer({ jobs: jobs.map(one => (one === free ? job : one)), done }, job)
  }
  // of a worker whose lease has run out: whoever has the job now will tell
  const job = jobs.find(({ id, lease }) => id === command.id && lease === command.lease)
  if (job === undefined) return answer(queue)
  return answer({ jobs: jobs.filter(one => one !== job), done: done.set(job.id, job.attempts) }, job)
}

export const queueOn = (host: Host<Command>): JobQueue =>
  machine(host, { name: 'jobs', initial, apply, compact: everyEntries(10_000) })
