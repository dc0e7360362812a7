import type { LogEntry, Position } from '../../streams/rules/entry.js'
import { ORIGIN } from '../../streams/rules/entry.js'
import { compacted, emptyShape, extended, truncated, type LogShape } from '../../streams/rules/log-shape.js'
import { Stretches } from './stretches.js'

/** A record of entries: where it is, which entries are in it, and those of them that are rosters, as copies. */
export interface PlacedEntries {
  readonly segment: number
  readonly at: number
  readonly positions: readonly Position[]
  readonly rosters: readonly LogEntry[]
}

/** What the records of a log come to, kept in memory: all but the entries themselves. */
export class LogState {
  /** The log as far as its entries are in the segments that are there. */
  shape: LogShape = emptyShape(ORIGIN)
  /** What was last compacted. */
  base: Position = ORIGIN
  rosters: readonly LogEntry[] = []
  readonly stretches = new Stretches()

  /** Whether no entry is missing between what was compacted and the first that is there. */
  get isWhole(): boolean {
    return this.base.index === this.shape.base.index
  }

  follows(entries: readonly Position[]): boolean {
    let next = this.shape.last.index
    return entries.length > 0 && entries.every(({ index }) => index === ++next)
  }

  /** Begins in the midst of a log, of which the segments before are gone. */
  begin(base: Position, last: Position): void {
    this.base = base
    this.shape = emptyShape(last)
  }

  /** Takes in entries that follow. */
  extend({ segment, at, positions, rosters }: PlacedEntries): void {
    this.shape = extended(this.shape, positions)
    if (rosters.length > 0) this.rosters = [...this.rosters, ...rosters]
    const last = this.shape.last.index
    this.stretches.append(segment, at, last - positions.length + 1, last)
  }

  /** Lets the log end at a position again, which may be before what is there: then that is all gone. */
  truncate(to: Position): void {
    const { shape } = this
    this.shape = to.index < shape.base.index ? emptyShape(to) : truncated(shape, to.index + 1)
    this.stretches.truncate(to.index + 1)
    this.forgetRosters()
  }

  compact(until: Position): void {
    this.base = until
    this.shape = compacted(this.shape, until)
    this.stretches.compact(until.index)
    this.forgetRosters()
  }

  private forgetRosters(): void {
    const { base, last } = this.shape
    this.rosters = this.rosters.filter(({ index }) => index > base.index && index <= last.index)
  }
}
