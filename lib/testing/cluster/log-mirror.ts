import { entryBytes, type LogEntry, type Position } from '../../../streams/rules/entry.js'
import { termAt, type LogShape } from '../../../streams/rules/log-shape.js'
import { chained, type Ledger } from './ledger.js'

/** Reads entries that are in memory. */
export type Read = (from: number, to: number) => readonly LogEntry[]

interface Seen extends Position {
  readonly chain: number
  readonly time: number
  readonly isRoster: boolean
  /** Of all appends from where it was begun with, up to here. */
  readonly bytes: number
}

/** What the log of one life of a member is known to hold: it looks at what has changed, and at nothing else. */
export class LogMirror {
  private seen: Seen[] = []
  private shape: LogShape | undefined

  constructor(private readonly ledger: Ledger) {}

  at(index: number): Seen | undefined {
    return this.seen[index]
  }

  /** Whether this is the shape that it has followed the log to. */
  follows(shape: LogShape): boolean {
    return shape === this.shape
  }

  /** Follows the log to its present shape, and says what of it contradicts other logs. */
  follow(shape: LogShape, read: Read): string | undefined {
    if (this.follows(shape)) return undefined
    this.shape = shape
    const agreed = this.agreed(shape)
    this.seen.length = agreed + 1
    return agreed < shape.last.index ? this.extend(shape, agreed, read) : undefined
  }

  /** The last index that is as it was. */
  private agreed(shape: LogShape): number {
    let index = Math.min(this.seen.length - 1, shape.last.index)
    while (index > shape.base.index && this.seen[index]?.term !== termAt(shape, index)) index--
    if (index <= shape.base.index && this.seen[shape.base.index]?.term !== shape.base.term) return this.rebase(shape)
    return Math.max(index, shape.base.index)
  }

  /** A log that begins with a snapshot holds what was committed up to there. */
  private rebase({ base }: LogShape): number {
    const chain = this.ledger.chainAt(base) ?? Number.NaN
    this.seen = []
    this.seen[base.index] = {
      ...base,
      chain,
      time: this.ledger.committed[base.index]?.time ?? 0,
      isRoster: false,
      bytes: 0,
    }
    return base.index
  }

  private extend(shape: LogShape, agreed: number, read: Read): string | undefined {
    const entries = read(agreed + 1, shape.last.index)
    if (entries.length !== shape.last.index - agreed) return `it has no entries from ${agreed + 1} on at hand`
    let { chain, time, bytes } = this.seen[agreed] ?? { chain: 0, time: 0, bytes: 0 }
    for (const entry of entries) {
      const { index, term } = entry
      chain = chained(chain, entry)
      const known = this.ledger.chainAt(entry)
      if (known !== undefined && known !== chain) return `entry ${index} of term ${term} is not the same as elsewhere`
      if (entry.time < time) return `time goes back from ${time} to ${entry.time} at entry ${index}`
      time = entry.time
      if (entry.kind === 'data') bytes += entryBytes(entry)
      this.ledger.recordChain(entry, chain)
      this.seen[index] = { index, term, chain, time, isRoster: entry.kind === 'roster', bytes }
    }
    return undefined
  }
}
