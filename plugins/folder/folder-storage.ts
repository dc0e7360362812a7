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
import { cold, coldWrite } from './cold.js'
import type { Contents, TakeTurn } from './contents.js'
import { asStorageError } from './failures.js'
import type { FileLayer } from './file-layer.js'
import { lockFolder, type Lock } from './lock.js'
import { makeFolder } from './make-folder.js'
import { FolderSnapshotWriter } from './snapshot-writer.js'
import { Turns } from './turns.js'

/** Opens what a locked folder holds, or makes what a new one needs. */
export type OpenContents = (files: FileLayer, folder: string, takeTurn: TakeTurn) => Promise<Contents>

/**
 * What every storage in a folder does around its files: it locks the folder, lets writes take turns, and stops at the
 * first that fails. Promises stay in here.
 */
export class FolderStorage implements Storage {
  private readonly writes = new Turns()
  private readonly snapshotWrites = new Turns()
  private lock: Lock | undefined
  private contents: Contents | undefined
  private poison: KayakError | undefined

  constructor(
    private readonly dataDir: string,
    private readonly files: FileLayer,
    private readonly openContents: OpenContents,
  ) {}

  open(): Observable<Opened> {
    return cold(() => this.writes.take(() => this.openFolder()))
  }

  saveIdentity(identity: Identity): Observable<never> {
    return this.write('Saving the identity', contents => contents.saveIdentity(identity))
  }

  saveTermAndVote(record: TermAndVote): Observable<never> {
    return this.write('Saving term and vote', contents => contents.saveTermAndVote(record))
  }

  append(entries: readonly LogEntry[]): Observable<never> {
    return this.write('An append', contents => contents.append(entries))
  }

  truncate(from: number): Observable<never> {
    return this.write('A truncation', contents => contents.truncate(from))
  }

  compact(until: Position): Observable<never> {
    return this.write('A compaction', contents => contents.compact(until))
  }

  read(from: number, to: number, maxBytes: number): Observable<readonly LogEntry[]> {
    return cold(() => this.reading('A read', contents => contents.read(from, to, maxBytes)))
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
    const { dataDir, files } = this
    if (this.lock !== undefined) throw new KayakError('KAYAK_LOCKED', `${dataDir} is open already.`)
    try {
      await makeFolder(files, dataDir)
      this.lock = await lockFolder(dataDir)
      this.contents = await this.openContents(files, dataDir, (what, work) =>
        this.writes.take(() => this.writing(what, work)),
      )
    } catch (error) {
      await this.lock?.release()
      this.lock = undefined
      throw asStorageError(error, `Opening ${dataDir}`, 'rejected')
    }
    this.poison = undefined
    return this.contents.opened
  }

  private async closeFolder(): Promise<void> {
    const { contents, lock } = this
    this.contents = undefined
    this.lock = undefined
    const closing = await Promise.allSettled([contents?.snapshots.close(), contents?.close()])
    await lock?.release()
    const failed = closing.find(result => result.status === 'rejected')
    if (failed !== undefined) throw asStorageError(failed.reason, 'Closing')
  }

  private write(what: string, work: (contents: Contents) => Promise<void>): Observable<never> {
    return coldWrite(() => this.writes.take(() => this.writing(what, work)))
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
