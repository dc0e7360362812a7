import { entryBytes, type LogEntry } from '../rules/entry.js'

/**
 * The end of the log in memory: all that isn't applied yet, and recent entries for followers, bounded in bytes.
 * Contiguous, ending with the log's last entry.
 */
export class Tail {
  private entries: LogEntry[] = []
  private dropped = 0
  private bytes = 0

  /** Index of the first entry held; undefined while there is none. */
  get first(): number | undefined {
    return this.entries[this.dropped]?.index
  }

  append(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      this.entries.push(entry)
      this.bytes += entryBytes(entry)
    }
  }

  truncate(from: number): void {
    while ((this.entries.at(-1)?.index ?? 0) >= from && this.entries.length > this.dropped) {
      const last = this.entries.pop()
      if (last !== undefined) this.bytes -= entryBytes(last)
    }
  }

  clear(): void {
    this.entries = []
    this.dropped = 0
    this.bytes = 0
  }

  /** Lets go of the oldest entries up to `until` while more than `mostBytes` are held. */
  evict(until: number, mostBytes: number): void {
    let oldest = this.entries[this.dropped]
    while (oldest !== undefined && oldest.index <= until && this.bytes > mostBytes) {
      this.bytes -= entryBytes(oldest)
      this.dropped++
      oldest = this.entries[this.dropped]
    }
    if (this.dropped > 1024 && this.dropped * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.dropped)
      this.dropped = 0
    }
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
    return this.entries.slice(start, end)
  }

  /** Bytes of the entries after `index`. */
  bytesAfter(index: number): number {
    let sum = 0
    for (let at = this.entries.length - 1; at >= this.dropped; at--) {
      const entry = this.entries[at]
      if (entry === undefined || entry.index <= index) break
      sum += entryBytes(entry)
    }
    return sum
  }
}
