import { crc32 } from 'node:zlib'
import { RECORD_ALIGNMENT, RECORD_HEADER_BYTES, unsealHead, type RecordHead } from './record.js'

/** What a segment is read through. */
export interface Readable {
  read(offset: number, size: number): Promise<Uint8Array>
}

/** A record as it was written. Its body is a view that lasts until the next one is read. */
export interface ReadRecord extends RecordHead {
  readonly body: Buffer
}

/** Reads the records of one life of a segment, some hundred KiB at a time, or more where one record is longer. */
export class RecordReader {
  private bytes: Buffer = Buffer.alloc(0)
  private from = 0

  constructor(
    private readonly file: Readable,
    private readonly seed: number,
    private readonly chunkBytes: number,
  ) {}

  /** The record at a place, or undefined if none is there that is as it was written. */
  async recordAt(at: number): Promise<ReadRecord | undefined> {
    const head = await this.headAt(at)
    if (head === undefined) return undefined
    const size = head.end - at
    if (!this.has(at, size)) await this.load(at, size)
    if (!this.has(at, size)) return undefined
    const offset = at - this.from + RECORD_HEADER_BYTES
    const padded = this.bytes.subarray(offset, offset + size - RECORD_HEADER_BYTES)
    if (crc32(padded, this.seed) !== head.bodyChecksum) return undefined
    return { ...head, body: padded.subarray(0, head.bodyBytes) }
  }

  /** All headers of this life from a place on, whatever their bodies are: what damage or a torn write has left. */
  async headsFrom(at: number): Promise<readonly RecordHead[]> {
    const heads: RecordHead[] = []
    for (let next = at; ;) {
      await this.load(next, RECORD_HEADER_BYTES)
      if (!this.has(next, RECORD_HEADER_BYTES)) return heads
      for (; this.has(next, RECORD_HEADER_BYTES); next += RECORD_ALIGNMENT) {
        const head = unsealHead(this.bytes, next - this.from, this.seed, next)
        if (head !== undefined) heads.push(head)
      }
    }
  }

  private async headAt(at: number): Promise<RecordHead | undefined> {
    if (!this.has(at, RECORD_HEADER_BYTES)) await this.load(at, RECORD_HEADER_BYTES)
    if (!this.has(at, RECORD_HEADER_BYTES)) return undefined
    return unsealHead(this.bytes, at - this.from, this.seed, at)
  }

  private has(at: number, size: number): boolean {
    return at >= this.from && at + size <= this.from + this.bytes.byteLength
  }

  private async load(at: number, size: number): Promise<void> {
    const bytes = await this.file.read(at, Math.max(size, this.chunkBytes))
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.from = at
  }
}
