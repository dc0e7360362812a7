import { entryBytes, ORIGIN, type LogEntry, type Position } from '../../streams/rules/entry.js'
import { KayakError } from '../../streams/contracts/errors.js'

/** The durable log: changed in place, so that a write costs what it writes. */
export class MemoryLog {
  base: Position = ORIGIN
  readonly entries: LogEntry[] = []

  get last(): Position {
    const entry = this.entries.at(-1)
    return entry === undefined ? this.base : { index: entry.index, term: entry.term }
  }

  /** @throws {@link KayakError} `KAYAK_INVALID` if the batch leaves a gap or overlaps. */
  checkFollows(batch: readonly LogEntry[]): void {
    let next = this.last.index + 1
    for (const { index } of batch)
      if (index !== next++) throw new KayakError('KAYAK_INVALID', `Entry ${index} doesn't follow ${next - 2}.`)
  }

  append(batch: readonly LogEntry[]): void {
    for (const entry of batch) this.entries.push(entry)
  }

  truncate(from: number): void {
    const kept = Math.max(0, from - this.base.index - 1)
    if (kept < this.entries.length) this.entries.length = kept
  }

  compact(until: Position): void {
    if (until.index <= this.base.index) return
    this.entries.splice(0, until.index - this.base.index)
    this.base = until
  }

  reset(): void {
    this.entries.length = 0
    this.base = ORIGIN
  }

  /** @throws {@link KayakError} `KAYAK_COMPACTED` if the log doesn't hold `from`. */
  read(from: number, to: number, maxBytes: number): readonly LogEntry[] {
    const at = from - this.base.index - 1
    if (at < 0 || at >= this.entries.length) throw new KayakError('KAYAK_COMPACTED', `The log doesn't hold ${from}.`)
    let end = at
    for (let bytes = 0; end < this.entries.length && from + end - at <= to; end++) {
      const entry = this.entries[end]
      if (entry === undefined) break
      bytes += entryBytes(entry)
      if (end > at && bytes > maxBytes) break
    }
    return this.entries.slice(at, end)
  }

  /** The first position of each run of equal terms. */
  runs(): readonly Position[] {
    let term: number | undefined
    const runs: Position[] = []
    for (const entry of this.entries) {
      if (entry.term !== term) runs.push({ index: entry.index, term: entry.term })
      term = entry.term
    }
    return runs
  }
}
