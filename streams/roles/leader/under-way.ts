import type { LogEntry } from '../../rules/entry.js'

type Name = Pick<LogEntry, 'session' | 'number'>

const keyOf = ({ session, number }: Name): string => `${session} ${number}`

/**
 * Which appends stand in a leader's log and are not applied yet, so that one that is handed over again doesn't stand
 * there twice. What has been applied, its session knows.
 */
export class UnderWay {
  /** Where each stands, in the order of the log. One map that changes: there may be many. */
  private readonly places = new Map<string, number>()

  has(name: Name): boolean {
    return name.session !== '' && this.places.has(keyOf(name))
  }

  add(name: Name, index: number): void {
    if (name.session !== '' && !this.has(name)) this.places.set(keyOf(name), index)
  }

  /** Forgets those that have been applied. */
  forget(applied: number): void {
    for (const [key, index] of this.places) {
      if (index > applied) return
      this.places.delete(key)
    }
  }
}
