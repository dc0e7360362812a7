import type { Identity, Opened, TermAndVote } from '../../streams/contracts/storage.js'
import type { LogEntry, Position } from '../../streams/rules/entry.js'
import type { Contents } from '../folder/contents.js'
import type { FileLayer } from '../folder/file-layer.js'
import type { SnapshotStore } from '../folder/snapshot-store.js'
import { logFile, type LogBook } from './log-book.js'
import { REWRITTEN_BATCH_BYTES } from './options.js'
import type { State, StateBook } from './state-book.js'

/** A log file and the number in its name. */
export interface NumberedLog {
  readonly generation: number
  readonly book: LogBook
}

/** NeDB files and snapshot files, open. */
export class NedbContents implements Contents {
  constructor(
    private readonly files: FileLayer,
    private readonly folder: string,
    private readonly garbageBytes: number,
    private readonly state: StateBook,
    private readonly loaded: State,
    private log: NumberedLog,
    readonly snapshots: SnapshotStore,
  ) {}

  get opened(): Opened {
    const { shape, rosters } = this.log.book.state
    return {
      identity: this.loaded.identity,
      termAndVote: this.loaded.termAndVote,
      snapshot: this.snapshots.newest,
      base: shape.base,
      last: shape.last,
      runs: shape.runs,
      rosters,
      bytes: this.log.book.bytes,
    }
  }

  saveIdentity(identity: Identity): Promise<void> {
    return this.state.save('identity', identity)
  }

  saveTermAndVote(record: TermAndVote): Promise<void> {
    return this.state.save('termAndVote', record)
  }

  append(entries: readonly LogEntry[]): Promise<void> {
    return this.log.book.append(entries)
  }

  async truncate(from: number): Promise<void> {
    await this.log.book.truncate(from)
    await this.tidyLog()
  }

  async compact(until: Position): Promise<void> {
    await this.log.book.compact(until)
    await this.tidyLog()
  }

  read(from: number, to: number, maxBytes: number): Promise<readonly LogEntry[]> {
    return this.log.book.read(from, to, maxBytes, this.snapshots.newest?.index)
  }

  async close(): Promise<void> {
    const closing = await Promise.allSettled([this.log.book.close(), this.state.close()])
    const failed = closing.find(result => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  /** Rewrites the log once what it holds in vain outweighs the rest. The state names it when it is whole. */
  private async tidyLog(): Promise<void> {
    const { book, generation } = this.log
    if (book.garbageBytes < this.garbageBytes || book.garbageBytes < book.state.liveBytes) return
    const next = generation + 1
    const rewritten: LogBook = await book.rewriteTo(this.files, logFile(this.folder, next), REWRITTEN_BATCH_BYTES)
    await this.state.save('generation', next)
    this.log = { generation: next, book: rewritten }
    await book.close()
    await this.files.remove(logFile(this.folder, generation))
  }
}
