import type { LogEntry, Position } from '../../streams/rules/entry.js'
import { compacted, emptyShape, extended, truncated, type LogShape } from '../../streams/rules/log-shape.js'
import { batchAt, batchesAfter, batchesBefore, type Batch } from './batches.js'
import type { Line } from './line.js'
import type { LogRecord } from './log-records.js'

/** What the records of a log file come to, kept in memory: all but the entries themselves. */
export class LogState {
  shape: LogShape
  rosters: readonly LogEntry[] = []
  batches: Batch[] = []

  constructor(base: Position) {
    this.shape = emptyShape(base)
  }

  /** Bytes of lines that still hold something from an index on. */
  bytesFrom(index: number): number {
    return this.batches.slice(batchAt(this.batches, index)).reduce((sum, { line }) => sum + line.bytes, 0)
  }

  follows(entries: readonly LogEntry[]): boolean {
    let next = this.shape.last.index
    return entries.length > 0 && entries.every(({ index }) => index === ++next)
  }

  /** Takes in the record of a line. Entries must follow. */
  apply(record: LogRecord, line: Line): void {
    switch (record.type) {
      case 'entries':
        return this.extend(record.entries, line)
      case 'truncate':
        this.shape = truncated(this.shape, record.from)
        this.batches = batchesBefore(this.batches, record.from)
        break
      case 'compact':
        this.shape = compacted(this.shape, record.until)
        this.batches = batchesAfter(this.batches, this.shape.base.index)
    }
    const { base, last } = this.shape
    this.rosters = this.rosters.filter(({ index }) => index > base.index && index <= last.index)
  }

  private extend(entries: readonly LogEntry[], line: Line): void {
    this.shape = extended(this.shape, entries)
    const rosters = entries.filter(({ kind }) => kind === 'roster')
    // A copy, since an entry that is read is a view that would keep all of its batch in memory.
    if (rosters.length > 0)
      this.rosters = [...this.rosters, ...rosters.map(entry => ({ ...entry, payload: Uint8Array.from(entry.payload) }))]
    const last = this.shape.last.index
    this.batches.push({ line, first: last - entries.length + 1, last })
  }
}
