import { entryBytes, type LogEntry } from '../rules/entry.js'

/**
 * The end of the log in memory: all that isn't applied yet, and recent entries for followers, bounded in bytes.
 * Contiguous, ending with the log's last entry.
 */
export class Tail {
  /** Those that it has let go of leave their places behind, which are got rid of now and then. */
  private entries: (LogEntry | undefined)[] = []
  /** Beside each entry, the bytes of all that were ever put in up to it, so that any range is measured at once. */
  private sums: number[] = []
  private dropped = 0
  /** The sum before the first entry held. */
  private before = 0

  /** Index of the first entry held; undefined while there is none. */
  get first(): number | undefined {
    return this.entries[this.dropped]?.index
  }

  /** Bytes of the entries held. */
  get bytes(): number {
    return this.total - this.before
  }

  private get total(): number {
    return this.entries.length > this.dropped ? (this.sums.at(-1) ?? this.before) : this.before
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
    while ((this.entries.at(-1)?.index ?? 0) >= from && this.entries.length > this.dropped) {
      this.entries.pop()
      this.sums.pop()
    }
  }

  clear(): void {
    this.entries = []
    this.sums = []
    this.dropped = 0
    this.before = 0
  }

  /** Lets go of the oldest entries up to `until` while more than `mostBytes` are held; says how many were, if it did. */
  evict(until: number, mostBytes: number): number {
    const { bytes } = this
    let oldest = this.entries[this.dropped]
    while (oldest !== undefined && oldest.index <= until && this.bytes > mostBytes) {
      this.before = this.sums[this.dropped] ?? this.before
      this.entries[this.dropped] = undefined
      this.dropped++
      oldest = this.entries[this.dropped]
    }
    if (this.dropped > 1024 && this.dropped * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.dropped)
      this.sums = this.sums.slice(this.dropped)
      this.dropped = 0
    }
    return this.bytes < bytes ? bytes : 0
  }

  /** The entries from `from` to `to`, at least one and then while `mostBytes` allows; undefined if `from` is not held. */
  slice(from: number, to: number, mostBytes: number): readonly LogEntry[] | undefined {
    const first = this.first
    if (first === undefined || from < first) return undefined
    const start = this.dropped + from - first
    const most = Math.min(this.entries.length, start + to - from + 1)
    let end = start
    let bytes = 0
    while (end < most) {
      const entry = this.entries[end]
      if (entry === undefined) break
      bytes += entryBytes(entry)
      if (end > start && bytes > mostBytes) break
      end++
    }
    // none of these has been let go of
    return this.entries.slice(start, end) as LogEntry[]
  }

  /** Bytes of the entries after `index`, of those that are held. */
  bytesAfter(index: number): number {
    return this.total - this.sumAt(index)
  }

  /** The sum up to an index. */
  private sumAt(index: number): number {
    const first = this.first
    if (first === undefined || index < first) return this.before
    return this.sums[this.dropped + index - first] ?? this.total
  }
}
