import { HabitualMap } from '../../operators/habitual-map.js'
import { Queue } from '../../operators/queue.js'
import { entryBytes, type LogEntry } from '../../rules/entry.js'

type Name = Pick<LogEntry, 'session' | 'number'>

/**
 * Which appends stand in a leader's log and are not applied yet, so that one that is handed over again doesn't stand
 * there twice. What has been applied, its session knows.
 */
export class UnderWay {
  private readonly entries = new Queue<LogEntry>()
  /** The numbers of each session. One map that changes: there may be many. */
  private readonly names = new HabitualMap<Set<number>>()
  /** Of all that are not applied. */
  bytes = 0

  has({ session, number }: Name): boolean {
    return this.names.get(session)?.has(number) === true
  }

  /** Adds an entry that it hasn't, behind those that stand before it in the log. */
  add(entry: LogEntry): void {
    const { session, number } = entry
    if (session === '') return
    const numbers = this.names.get(session)
    if (numbers === undefined) this.names.set(session, new Set([number]))
    else numbers.add(number)
    this.entries.push(entry)
    this.bytes += entryBytes(entry)
  }

  /** Forgets those that have been applied. */
  forget(applied: number): void {
    for (let first = this.entries.first; first !== undefined && first.index <= applied; first = this.entries.first) {
      this.entries.take(1)
      this.drop(first)
    }
  }

  private drop(entry: LogEntry): void {
    const numbers = this.names.get(entry.session)
    numbers?.delete(entry.number)
    if (numbers?.size === 0) this.names.delete(entry.session)
    this.bytes -= entryBytes(entry)
  }
}
