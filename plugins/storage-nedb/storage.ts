import type { Observable } from 'rxjs'
import { KayakError } from '../../streams/contracts/errors.js'
import type {
  Identity,
  Opened,
  SnapshotDraft,
  SnapshotWriter,
  Storage,
  TermAndVote,
} from '../../streams/contracts/storage.js'
import type { LogEntry, Position } from '../../streams/rules/entry.js'
import { cold, coldWrite } from '../folder/cold.js'
import { openContents, type Contents } from './contents.js'
import { asStorageError } from '../folder/failures.js'
import { nodeFiles, type FileLayer } from '../folder/file-layer.js'
import { lockFolder, type Lock } from '../folder/lock.js'
import { makeFolder } from '../folder/make-folder.js'
import { logFile, type LogBook } from './log-book.js'
import { DEFAULT_GARBAGE_BYTES, REWRITTEN_BATCH_BYTES, type NedbStorageOptions } from './options.js'
import { FolderSnapshotWriter } from '../folder/snapshot-writer.js'
import { Turns } from '../folder/turns.js'

/** A folder of NeDB files and snapshot files. Promises stay in here. */
export class NedbStorage implements Storage {
  private readonly files: FileLayer
  private readonly writes = new Turns()
  private readonly snapshotWrites = new Turns()
  private lock: Lock | undefined
  private contents: Contents | undefined
  private poison: KayakError | undefined

  constructor(private readonly options: NedbStorageOptions) {
    this.files = options.files ?? nodeFiles
  }

  open(): Observable<Opened> {
    return cold(() => this.writes.take(() => this.openFolder()))
  }

  saveIdentity(identity: Identity): Observable<never> {
    return this.write('Saving the identity', ({ state }) => state.save('identity', identity))
  }

  saveTermAndVote(record: TermAndVote): Observable<never> {
    return this.write('Saving term and vote', ({ state }) => state.save('termAndVote', record))
  }

  append(entries: readonly LogEntry[]): Observable<never> {
    return this.write('An append', ({ log }) => log.append(entries))
  }

  truncate(from: number): Observable<never> {
    return this.write('A truncation', async contents => {
      await contents.log.truncate(from)
      await this.tidyLog(contents)
    })
  }

  compact(until: Position): Observable<never> {
    return this.write('A compaction', async contents => {
      await contents.log.compact(until)
      await this.tidyLog(contents)
    })
  }

  read(from: number, to: number, maxBytes: number): Observable<readonly LogEntry[]> {
    return cold(() =>
      this.reading('A read', async ({ log, snapshots }) => log.read(from, to, maxBytes, snapshots.newest?.index)),
    )
  }

  createSnapshot(draft: SnapshotDraft): SnapshotWriter {
    return new FolderSnapshotWriter(draft, (what, work) =>
      this.snapshotWrites.take(() => this.writing(what, ({ snapshots }) => work(snapshots))),
    )
  }

  readSnapshot(index: number, offset: number, maxBytes: number): Observable<Uint8Array> {
    return cold(() => this.reading('Reading a snapshot', ({ snapshots }) => snapshots.read(index, offset, maxBytes)))
  }

  dropSnapshots(keep: readonly number[]): Observable<never> {
    return coldWrite(() =>
      this.snapshotWrites.take(() => this.writing('Dropping snapshots', ({ snapshots }) => snapshots.drop(keep))),
    )
  }

  close(): Observable<never> {
    return coldWrite(() => this.writes.take(() => this.snapshotWrites.take(() => this.closeFolder())))
  }

  private async openFolder(): Promise<Opened> {
    const { dataDir } = this.options
    if (this.lock !== undefined) throw new KayakError('KAYAK_LOCKED', `${dataDir} is open already.`)
    try {
      await makeFolder(this.files, dataDir)
      this.lock = await lockFolder(dataDir)
      this.contents = await openContents(this.files, dataDir)
    } catch (error) {
      await this.lock?.release()
      this.lock = undefined
      throw asStorageError(error, `Opening ${dataDir}`, 'rejected')
    }
    this.poison = undefined
    return opened(this.contents)
  }

  private async closeFolder(): Promise<void> {
    const { contents, lock } = this
    this.contents = undefined
    this.lock = undefined
    const closing = await Promise.allSettled([
      contents?.snapshots.close(),
      contents?.log.close(),
      contents?.state.close(),
    ])
    await lock?.release()
    const failed = closing.find(result => result.status === 'rejected')
    if (failed !== undefined) throw asStorageError(failed.reason, 'Closing')
  }

  private write(what: string, work: (contents: Contents) => Promise<void>): Observable<never> {
    return coldWrite(() => this.writes.take(() => this.writing(what, work)))
  }

  /** Rewrites the log once what it holds in vain outweighs the rest. The state names it when it is whole. */
  private async tidyLog(contents: Contents): Promise<void> {
    const { log, state } = contents
    const most = this.options.garbageBytes ?? DEFAULT_GARBAGE_BYTES
    if (log.garbageBytes < most || log.garbageBytes < log.state.liveBytes) return
    const generation = contents.generation + 1
    const path = (of: number): string => logFile(this.options.dataDir, of)
    const rewritten: LogBook = await log.rewriteTo(this.files, path(generation), REWRITTEN_BATCH_BYTES)
    await state.save('generation', generation)
    this.contents = { ...contents, log: rewritten, generation }
    await log.close()
    await this.files.remove(path(contents.generation))
  }

  private usable(): Contents {
    if (this.poison !== undefined) throw this.poison
    if (this.contents === undefined) throw new KayakError('KAYAK_STORAGE_FAILED', 'The storage is not open.')
    return this.contents
  }

  /** The first write that fails is the last that is tried: what it has left behind shows only at the next opening. */
  private async writing<T>(what: string, work: (contents: Contents) => Promise<T>): Promise<T> {
    const contents = this.usable()
    try {
      const result = await work(contents)
      if (this.poison !== undefined) throw this.poison
      return result
    } catch (cause) {
      const error = asStorageError(cause, what)
      // A refusal comes before anything is written.
      if (error.code !== 'KAYAK_INVALID' && error.code !== 'KAYAK_COMPACTED') this.poison ??= error
      throw error
    }
  }

  private async reading<T>(what: string, work: (contents: Contents) => Promise<T>): Promise<T> {
    try {
      return await work(this.usable())
    } catch (cause) {
      throw asStorageError(cause, what)
    }
  }
}

function opened({ loaded, log, snapshots }: Contents): Opened {
  const { shape, rosters } = log.state
  return {
    identity: loaded.identity,
    termAndVote: loaded.termAndVote,
    snapshot: snapshots.newest,
    base: shape.base,
    last: shape.last,
    runs: shape.runs,
    rosters,
    bytes: log.bytes,
  }
}
