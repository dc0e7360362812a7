import { join } from 'node:path'
import { crc32 } from '../../streams/contracts/checksum.js'
import { KayakError } from '../../streams/contracts/errors.js'
import type { SnapshotDraft, SnapshotMeta } from '../../streams/contracts/storage.js'
import { corrupt } from './failures.js'
import type { FileLayer, OpenFile } from './file-layer.js'
import { encodeTrailer, readMeta } from './snapshot-file.js'

const NAME = /^snapshot-(\d{16})\.kayak$/
const GATHERED_BYTES = 64 * 1024
const NOTHING = new Uint8Array(0)
const UNFINISHED = 'snapshot.unfinished'

export const isSnapshotName = (name: string): boolean => NAME.test(name)

/** The published snapshots of a folder, each a file, and the one that is being written. */
export class SnapshotStore {
  private metas: readonly SnapshotMeta[] = []
  private writing: SnapshotFileWriter | undefined

  constructor(
    private readonly files: FileLayer,
    private readonly folder: string,
    /** Records durably which is the newest. */
    private readonly published: (index: number) => Promise<void>,
  ) {}

  get newest(): SnapshotMeta | undefined {
    return this.metas.at(-1)
  }

  /**
   * Finds what is there, checks the newest wholly, and removes an unfinished one.
   *
   * @throws {@link KayakError} `KAYAK_CORRUPT` for a damaged one, and if that at `known` or a newer one is missing.
   */
  async load(names: readonly string[], known: number): Promise<void> {
    await this.files.remove(this.pathOf(UNFINISHED))
    const found = names.filter(isSnapshotName).sort()
    const metas: SnapshotMeta[] = []
    for (const name of found) {
      const path = this.pathOf(name)
      const meta = await readMeta(this.files, path, name === found.at(-1))
      if (name !== fileName(meta.index)) throw corrupt(path, 'holds a snapshot of another index')
      metas.push(meta)
    }
    this.metas = metas
    const newest = this.newest?.index ?? 0
    if (newest < known) throw corrupt(this.pathOf(fileName(known)), 'is missing')
    // names that can be read, or not any more, need not be so on disk: whoever changed them may have died before that
    await this.files.syncFolder(this.folder)
    // a crash came between publishing it and recording that
    if (newest > known) await this.published(newest)
  }

  async begin(draft: SnapshotDraft): Promise<SnapshotFileWriter> {
    await this.writing?.discard()
    const path = this.pathOf(UNFINISHED)
    await this.files.remove(path)
    this.writing = new SnapshotFileWriter(this.files, path, await this.files.open(path, 'create'), draft)
    return this.writing
  }

  async publish(writer: SnapshotFileWriter): Promise<SnapshotMeta> {
    this.checkNewer(writer.draft.index)
    const meta = await writer.finish()
    await this.files.rename(this.pathOf(UNFINISHED), this.pathOf(fileName(meta.index)))
    await this.files.syncFolder(this.folder)
    await this.published(meta.index)
    this.metas = [...this.metas, meta]
    return meta
  }

  async read(index: number, offset: number, maxBytes: number): Promise<Uint8Array> {
    const meta = this.metas.find(known => known.index === index)
    if (meta === undefined) throw this.gone(`There is no snapshot at ${index}.`)
    const size = Math.max(0, Math.min(maxBytes, meta.bytes - offset))
    if (size === 0) return new Uint8Array(0)
    const file = await this.files.open(this.pathOf(fileName(index)), 'existing')
    try {
      const bytes = await file.read(offset, size)
      if (bytes.byteLength < size) throw corrupt(this.pathOf(fileName(index)), 'is shorter than it was')
      return bytes
    } finally {
      await file.close()
    }
  }

  async drop(keep: readonly number[]): Promise<void> {
    const dropped = this.metas.slice(0, -1).filter(({ index }) => !keep.includes(index))
    this.metas = this.metas.filter(meta => !dropped.includes(meta))
    for (const { index } of dropped) await this.files.remove(this.pathOf(fileName(index)))
    await this.files.syncFolder(this.folder)
  }

  async close(): Promise<void> {
    await this.writing?.discard()
  }

  private checkNewer(index: number): void {
    const newest = this.newest?.index ?? 0
    if (index <= newest) throw this.gone(`A snapshot at ${newest} is there already.`)
  }

  private gone(message: string): KayakError {
    const newest = this.newest?.index
    return new KayakError('KAYAK_COMPACTED', message, newest === undefined ? {} : { snapshotIndex: newest })
  }

  private pathOf(name: string): string {
    return join(this.folder, name)
  }
}

const fileName = (index: number): string => `snapshot-${index.toString().padStart(16, '0')}.kayak`

/** A snapshot file under its temporary name. */
export class SnapshotFileWriter {
  private bytes = 0
  private checksum = 0
  private ended = false
  /** Small chunks that are written together, since each write costs a turn of another thread. */
  private gathered = new Uint8Array(GATHERED_BYTES)
  private gatheredBytes = 0

  constructor(
    private readonly files: FileLayer,
    private readonly path: string,
    private readonly file: OpenFile,
    readonly draft: SnapshotDraft,
  ) {}

  async write(chunk: Uint8Array): Promise<void> {
    this.checkOpen()
    this.checksum = crc32(chunk, this.checksum)
    this.bytes += chunk.byteLength
    if (this.gatheredBytes + chunk.byteLength > GATHERED_BYTES) await this.flush()
    if (chunk.byteLength >= GATHERED_BYTES) return this.file.append(chunk)
    this.gathered.set(chunk, this.gatheredBytes)
    this.gatheredBytes += chunk.byteLength
  }

  private async flush(): Promise<void> {
    if (this.gatheredBytes > 0) await this.file.append(this.gathered.subarray(0, this.gatheredBytes))
    this.gatheredBytes = 0
  }

  /** Ends the file and syncs it. */
  async finish(): Promise<SnapshotMeta> {
    this.checkOpen()
    this.ended = true
    const meta = { ...this.draft, bytes: this.bytes, checksum: this.checksum }
    try {
      await this.flush()
      await this.file.append(encodeTrailer(meta))
      await this.file.sync()
    } finally {
      this.gathered = NOTHING
      await this.file.close()
    }
    return meta
  }

  async discard(): Promise<void> {
    if (this.ended) return
    this.ended = true
    this.gathered = NOTHING
    await this.file.close()
    await this.files.remove(this.path)
  }

  private checkOpen(): void {
    if (this.ended) throw new KayakError('KAYAK_INVALID', 'The snapshot has been published or discarded.')
  }
}
