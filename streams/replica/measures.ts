import { LIMITS } from '../contracts/limits.js'
import { entryBytes, type LogEntry } from '../rules/entry.js'

/** While a snapshot is written the log goes on: in times of what is kept before it. */
const GOES_ON = 3

/** How large the last entries of a log are, and of when, whether or not memory has them still. */
export class Measures {
  private readonly places = (1 + GOES_ON) * Math.max(1, LIMITS.tailEntries)
  private readonly bytes = new Uint32Array(this.places)
  private readonly times = new Float64Array(this.places)
  /** The first entry that is measured, and the one behind the last. */
  private first = 1
  private end = 1

  append(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      const { index } = entry
      if (index !== this.end) this.first = index
      this.end = index + 1
      this.first = Math.max(this.first, this.end - this.places)
      this.bytes[index % this.places] = entryBytes(entry)
      this.times[index % this.places] = entry.time
    }
  }

  truncate(from: number): void {
    this.end = Math.min(this.end, from)
    this.first = Math.min(this.first, this.end)
  }

  clear(): void {
    this.first = this.end
  }

  /** Where the entries up to `until` begin that have come to so many bytes at most, none of them before `oldest` or `since`. */
  from(until: number, { oldest, since, mostBytes }: Bounds): number {
    if (until >= this.end) return until + 1
    let [from, bytes] = [until + 1, 0]
    for (let index = until; index >= Math.max(this.first, oldest); index--) {
      bytes += this.bytes[index % this.places] ?? 0
      if ((this.times[index % this.places] ?? 0) < since || bytes > mostBytes) break
      from = index
    }
    return from
  }
}

/** Of what is looked for. */
export interface Bounds {
  readonly oldest: number
  readonly since: number
  readonly mostBytes: number
}
