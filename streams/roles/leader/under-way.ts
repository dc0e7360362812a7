import { HabitualMap } from '../../operators/habitual-map.js'
import { NumberMap } from '../../operators/number-map.js'
import { Queue } from '../../operators/queue.js'
import { entryBytes, type LogEntry } from '../../rules/entry.js'

type Name = Pick<LogEntry, 'session' | 'number'>

interface Place extends Name {
  readonly index: number
  readonly bytes: number
}

/**
 * Which appends stand in a leader's log and are not applied yet, so that one that is handed over again doesn't stand
 * there twice. What has been applied, its session knows.
 */
export class UnderWay {
  /** Where each stands, and not what is in it, which others let go of sooner. */
  private readonly places = new Queue<Place>()
  /** The numbers of each session. One map that changes: there may be many. */
  private readonly names = new HabitualMap<NumberMap<true>>()
  /** Of all that are not applied. */
  bytes = 0

  /** Of what stands in a log, where one may stand twice. */
  static of(entries: readonly LogEntry[]): UnderWay {
    const underWay = new UnderWay()
    for (const entry of entries) if (!underWay.has(entry)) underWay.add(entry)
    return underWay
  }

  has({ session, number }: Name): boolean {
    return this.names.get(session)?.has(number) === true
  }

  /** Adds an entry that it hasn't, behind those that stand before it in the log. */
  add(entry: LogEntry): void {
    const { session, number } = entry
    if (session === '') return
    this.numbersOf(session).set(number, true)
    const bytes = entryBytes(entry)
    this.places.push({ session, number, index: entry.index, bytes })
    this.bytes += bytes
  }

  /** Forgets those that have been applied. */
  forget(applied: number): void {
    for (let next = this.places.first; next !== undefined && next.index <= applied; next = this.places.first) {
      this.places.shift()
      this.drop(next)
    }
  }

  private numbersOf(session: string): NumberMap<true> {
    const known = this.names.get(session)
    const numbers = known ?? new NumberMap<true>()
    if (known === undefined) this.names.set(session, numbers)
    return numbers
  }

  private drop({ session, number, bytes }: Place): void {
    const numbers = this.names.get(session)
    numbers?.delete(number)
    if (numbers?.size === 0) this.names.delete(session)
    this.bytes -= bytes
  }
}
