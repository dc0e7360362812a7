import type { Identity, Opened, TermAndVote } from '../../streams/contracts/storage.js'
import type { LogEntry, Position } from '../../streams/rules/entry.js'
import type { Contents, TakeTurn } from '../folder/contents.js'
import type { FileLayer } from '../folder/file-layer.js'
import type { SnapshotStore } from '../folder/snapshot-store.js'
import { logFile, type LogBook } from './log-book.js'
import { Rewriting } from './rewriting.js'
import type { State, StateBook } from './state-book.js'

/** A log file and the number in its name. */
export interface NumberedLog {
  readonly generation: number
  readonly book: LogBook
}

/** NeDB files and snapshot files, open. */
export class NedbContents implements Contents {
  private rewriting: Rewriting | undefined
  /** Once the logs that have been replaced are gone. */
  private retired: Promise<void> = Promise.resolve()
  private isClosed = false

  constructor(
    private readonly files: FileLayer,
    private readonly folder: string,
    private readonly garbageBytes: number,
    private readonly state: StateBook,
    private readonly loaded: State,
    private log: NumberedLog,
    readonly snapshots: SnapshotStore,
    private readonly takeTurn: TakeTurn,
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
    await this.giveUpRewriting()
    await this.log.book.truncate(from)
    this.tidyLog()
  }

  async compact(until: Position): Promise<void> {
    await this.log.book.compact(until)
    this.tidyLog()
  }

  read(from: number, to: number, maxBytes: number): Promise<readonly LogEntry[]> {
    return this.log.book.read(from, to, maxBytes, this.snapshots.newest?.index)
  }

  async close(): Promise<void> {
    this.isClosed = true
    // it reads the log
    const given = await Promise.allSettled([this.giveUpRewriting()])
    const retired = this.retired.catch(() => undefined)
    const closing = await Promise.allSettled([retired, this.log.book.close(), this.state.close()])
    const failed = [...given, ...closing].find(result => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  /** Rewrites the log once what it holds in vain outweighs the rest. A failure of that ends the writing as any does. */
  private tidyLog(): void {
    const { book, generation } = this.log
    if (this.rewriting !== undefined) return
    const least = Math.max(1, this.garbageBytes, book.liveBytes)
    if (book.garbageBytes < least) return
    const rewriting = new Rewriting(book, this.files, logFile(this.folder, generation + 1))
    this.rewriting = rewriting
    const end = (): Promise<void> => this.takeTurn('Rewriting the log', () => this.endRewriting(rewriting))
    void Promise.allSettled([rewriting.copied])
      .then(end)
      .catch(() => undefined)
  }

  /** The state names the copy when it is whole. */
  private async endRewriting(rewriting: Rewriting): Promise<void> {
    if (this.rewriting !== rewriting) return
    const old = this.log
    const next = { generation: old.generation + 1, book: await rewriting.finish() }
    // from here on it may be what counts, also where that fails
    this.rewriting = undefined
    await this.name(next)
    this.log = next
    this.retire(old)
    // it may have been cut meanwhile
    this.tidyLog()
  }

  /**
   * Writes go on meanwhile: who reads it may take long, and so does removing a large file. A failure ends the writing as
   * any does, but not that of a later opening, which removes what is left.
   */
  private retire(log: NumberedLog): void {
    const retired = Promise.all([this.retired, this.remove(log)]).then(() => undefined)
    this.retired = retired
    const end = (): unknown => this.isClosed || this.takeTurn('Removing a log', () => retired)
    retired.catch(end).catch(() => undefined)
  }

  private async remove({ book, generation }: NumberedLog): Promise<void> {
    await book.close()
    await this.files.remove(logFile(this.folder, generation))
  }

  private async name({ generation, book }: NumberedLog): Promise<void> {
    try {
      await this.state.save('generation', generation)
    } catch (error) {
      await book.close()
      throw error
    }
  }

  private async giveUpRewriting(): Promise<void> {
    const { rewriting } = this
    this.rewriting = undefined
    await rewriting?.giveUp()
  }
}
