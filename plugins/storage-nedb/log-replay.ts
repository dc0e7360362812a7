import { corrupt } from '../folder/failures.js'
import type { Doc } from './doc.js'
import type { Line } from './line.js'
import { fromDoc, recordId, toPosition } from './log-records.js'
import { LogState } from './log-state.js'

/** What the documents of a log file come to, one after another as they are loaded. */
export class LogReplay {
  /** Undefined until the header was there. */
  state: LogState | undefined
  headerBytes = 0

  constructor(private readonly path: string) {}

  /** @throws {@link KayakError} `KAYAK_CORRUPT` for one that doesn't follow, or that kayak doesn't write. */
  take(doc: Doc, line: Line): void {
    if (this.state === undefined) this.begin(doc, line)
    else this.replay(this.state, doc, line)
  }

  private begin(header: Doc, { bytes }: Line): void {
    const base = toPosition(header['base'])
    if (base === undefined) throw corrupt(this.path, 'has no base')
    this.state = new LogState(base)
    this.headerBytes = bytes
  }

  private replay(state: LogState, doc: Doc, line: Line): void {
    const { path } = this
    const id = doc._id
    if (id !== recordId(line.number - 1)) throw corrupt(path, `lacks the record before ${id}`)
    const record = fromDoc(path, doc)
    if (record.type === 'entries' && !state.follows(record.entries)) throw corrupt(path, `has a gap before ${id}`)
    state.apply(record, line)
  }
}
