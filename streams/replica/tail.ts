import { Ring } from '../operators/ring.js'
import { entryBytes, type LogEntry } from '../rules/entry.js'

/**
 * The end of the log in memory: all that isn't applied yet, and recent entries for followers, bounded in bytes.
 * Contiguous, ending with the log's last entry.
 */
export class Tail {
  private readonly entries = new Ring<LogEntry>()
  /** Beside each entry, the bytes of all that were ever put in up to it, so that any range is measured at once. */
  private readonly sums = new Ring<number>()
  /** The sum before the first entry held. */
  private before = 0

  /** Index of the first entry held; undefined while there is none. */
  get first(): number | undefined {
    return this.oldest?.index
  }

  /** Bytes of the entries held. */
  get bytes(): number {
    return this.total - this.before
  }

  private get oldest(): LogEntry | undefined {
    return this.entries.at(this.entries.first)
  }

  private get total(): number {
    return this.sums.at(this.sums.end - 1) ?? this.before
  }

  append(entries: readonly LogEntry[]): void {
    let sum = this.total
    for (const entry of entries) {
      sum += entryBytes(entry)
      this.entries.push(entry)
      this.sums.push(sum)
    }
  }

  truncate(from: number): void {
    while ((this.entries.at(this.entries.end - 1)?.index ?? -1) >= from) {
      this.entries.pop()
      this.sums.pop()
    }
  }

  clear(): void {
    this.entries.clear()
    this.sums.clear()
    this.before = 0
  }

  /** Lets go of the oldest entries up to `until` while more than `mostBytes` are held; says how many were, if it did. */
  evict(until: number, mostBytes: number): number {
    const { bytes } = this
    for (
      let next = this.oldest;
      next !== undefined && next.index <= until && this.bytes > mostBytes;
      next = this.oldest
    ) {
      this.entries.shift()
      this.before = this.sums.shift() ?? this.before
    }
    return this.bytes < bytes ? bytes : 0
  }

  /** The entries from `from` to `to`, at least one and then while `mostBytes` allows; undefined if `from` is not held. */
  slice(from: number, to: number, mostBytes: number): readonly LogEntry[] | undefined {
    const { first } = this
    if (first === undefined || from < first) return undefined
    const slice: LogEntry[] = []
    let bytes = 0
    for (let at = this.entries.first + from - first; ; at++) {
      const entry = this.entries.at(at)
      if (entry === undefined || entry.index > to) return slice
      bytes += entryBytes(entry)
      if (slice.length > 0 && bytes > mostBytes) return slice
      slice.push(entry)
    }
  }

  /** Bytes of the entries after `index`, of those that are held. */
  bytesAfter(index: number): number {
    const { first } = this
    if (first === undefined || index < first) return this.bytes
    return this.total - (this.sums.at(this.sums.first + index - first) ?? this.total)
  }
}
