import { entryBytes, type LogEntry } from '../../rules/entry.js'

type Name = Pick<LogEntry, 'session' | 'number'>

const keyOf = ({ session, number }: Name): string => `${session} ${number}`

/**
 * Which appends stand in a leader's log and are not applied yet, so that one that is handed over again doesn't stand
 * there twice. What has been applied, its session knows.
 */
export class UnderWay {
  /** Where each stands, in the order of the log. One map that changes: there may be many. */
  private readonly places = new Map<string, { readonly index: number; readonly bytes: number }>()
  /** Of all that are not applied. */
  bytes = 0

  has(name: Name): boolean {
    return name.session !== '' && this.places.has(keyOf(name))
  }

  add(entry: LogEntry, index: number): void {
    if (entry.session === '' || this.has(entry)) return
    const bytes = entryBytes(entry)
    this.places.set(keyOf(entry), { index, bytes })
    this.bytes += bytes
  }

  /** Forgets those that have been applied. */
  forget(applied: number): void {
    for (const [key, { index, bytes }] of this.places) {
      if (index > applied) return
      this.places.delete(key)
      this.bytes -= bytes
    }
  }
}
