import { crc32 } from 'node:zlib'
import { ignoreElements, type Observable } from 'rxjs'
import { KayakError, type SnapshotDraft, type SnapshotMeta, type SnapshotWriter } from 'kayak'
import { cold, DURABLE, key, pack, unpack, type Level } from './records.js'

/** Snapshots are kept in pieces of one size, so that any part of one is found without reading what is before it. */
const PIECE_BYTES = 64 * 1024

/** A snapshot is there once this is; its pieces are found by its number, and what has a higher one is unfinished. */
interface Published {
  readonly number: number
  readonly meta: SnapshotMeta
}

/** Changes something, unless an earlier change has failed. */
export type Change = <T>(work: (level: Level) => Promise<T>) => Promise<T>

export class LevelSnapshots {
  private writer: LevelSnapshotWriter | undefined

  constructor(
    readonly place: string,
    readonly change: Change,
  ) {}

  create(draft: SnapshotDraft): SnapshotWriter {
    return (this.writer = new LevelSnapshotWriter(this, draft))
  }

  isWriter(writer: LevelSnapshotWriter): boolean {
    return this.writer === writer
  }

  async newest(level: Level): Promise<Published | undefined> {
    return (await this.all(level)).at(-1)
  }

  async read(level: Level, index: number, offset: number, maxBytes: number): Promise<Uint8Array> {
    const found = (await this.all(level)).find(({ meta }) => meta.index === index)
    if (found === undefined) throw new KayakError('KAYAK_COMPACTED', `${this.place} has no snapshot at ${index}.`)
    if (offset >= found.meta.bytes) return new Uint8Array(0)
    const packed = await level.get(key('piece', found.number, Math.floor(offset / PIECE_BYTES)))
    if (packed === undefined)
      throw new KayakError('KAYAK_CORRUPT', `${this.place} lacks a part of a snapshot.`, { file: this.place })
    // pieces are written as bytes
    const piece = unpack(this.place, packed) as Uint8Array
    return piece.subarray(offset % PIECE_BYTES, (offset % PIECE_BYTES) + maxBytes)
  }

  async drop(level: Level, keep: readonly number[]): Promise<void> {
    for (const { number, meta } of (await this.all(level)).slice(0, -1)) {
      if (keep.includes(meta.index)) continue
      // first what stands for it: nobody finds a snapshot that lacks something
      await level.del(key('snapshot', meta.index), DURABLE)
      await level.clear({ gte: key('piece', number), lt: key('piece', number + 1) })
    }
  }

  private async all(level: Level): Promise<readonly Published[]> {
    const packed = await level.values({ gte: 'snapshot:', lt: 'snapshot;' }).all()
    // only publish() writes under these names
    return packed.map(one => unpack(this.place, one) as Published)
  }
}

class LevelSnapshotWriter implements SnapshotWriter {
  private number: number | undefined
  private pieces = 0
  private rest = Buffer.alloc(0)
  private bytes = 0
  private checksum = 0
  private hasEnded = false

  constructor(
    private readonly snapshots: LevelSnapshots,
    private readonly draft: SnapshotDraft,
  ) {}

  write(chunk: Uint8Array): Observable<never> {
    return this.cold(async level => {
      const number = await this.begin(level)
      this.bytes += chunk.byteLength
      this.checksum = crc32(chunk, this.checksum)
      this.rest = Buffer.concat([this.rest, chunk])
      const batch = level.batch()
      while (this.rest.length >= PIECE_BYTES) {
        batch.put(key('piece', number, this.pieces++), pack(this.rest.subarray(0, PIECE_BYTES)))
        this.rest = this.rest.subarray(PIECE_BYTES)
      }
      await batch.write(DURABLE)
    }).pipe(ignoreElements())
  }

  publish(): Observable<SnapshotMeta> {
    return this.cold(async level => {
      const number = await this.begin(level)
      const { draft, bytes, checksum } = this
      const newest = await this.snapshots.newest(level)
      if (newest !== undefined && newest.meta.index >= draft.index)
        throw new KayakError('KAYAK_INVALID', `There is a snapshot at ${newest.meta.index} already.`)
      const meta = { ...draft, bytes, checksum }
      const published: Published = { number, meta }
      await level
        .batch()
        .put(key('piece', number, this.pieces), pack(this.rest))
        .put(key('snapshot', draft.index), pack(published))
        .write(DURABLE)
      this.hasEnded = true
      return meta
    })
  }

  discard(): Observable<never> {
    return this.cold(async level => {
      const { number } = this
      if (number === undefined || this.hasEnded || !this.snapshots.isWriter(this)) return
      this.hasEnded = true
      await level.clear({ gte: key('piece', number), lt: key('piece', number + 1) })
    }).pipe(ignoreElements())
  }

  private cold<T>(work: (level: Level) => Promise<T>): Observable<T> {
    return cold(() => this.snapshots.change(work))
  }

  /** The number of its pieces. At first, what an earlier writer has left unfinished is removed. */
  private async begin(level: Level): Promise<number> {
    if (this.hasEnded || !this.snapshots.isWriter(this))
      throw new KayakError('KAYAK_INVALID', 'This snapshot has been published, discarded, or followed by a later one.')
    if (this.number !== undefined) return this.number
    this.number = ((await this.snapshots.newest(level))?.number ?? 0) + 1
    await level.clear({ gte: key('piece', this.number), lt: 'piece;' })
    return this.number
  }
}
