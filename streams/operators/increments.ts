import { ByteQueue } from './byte-queue.js'
import { unreadable } from './unreadable.js'

/** Who wrote it, and in which version. */
const MAGIC = Uint8Array.of(0x4b, 0x59, 0x49, 1)
const HEADER_BYTES = MAGIC.byteLength + 4

/** What a stream of increments begins with: how many differences follow the base. */
export function headerOf(differences: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES)
  header.set(MAGIC)
  new DataView(header.buffer).setUint32(MAGIC.byteLength, differences)
  return header
}

/** A piece behind its length; an empty one ends the base, or a difference. */
export function framed(piece: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + piece.byteLength)
  new DataView(frame.buffer).setUint32(0, piece.byteLength)
  frame.set(piece, 4)
  return frame
}

const uint32At = (bytes: Uint8Array, at: number): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at)

/** Takes such a stream apart, however it is cut. */
export class Unframing {
  /** How many differences there are, once that is known. */
  differences: number | undefined
  private readonly queue = new ByteQueue()
  private length: number | undefined
  /** Of the base and the differences, how many have ended. */
  private ended = 0

  end(): void {
    if (!this.isWhole) throw unreadable('they are cut short')
  }

  /** The pieces that are whole with these bytes. */
  *take(bytes: Uint8Array): Generator<Uint8Array, undefined> {
    this.queue.push(bytes)
    if (this.differences === undefined && !this.begin()) return
    for (let piece = this.piece(); piece !== undefined; piece = this.piece()) {
      if (this.isWhole) throw unreadable('something follows their end')
      if (piece.byteLength === 0) this.ended++
      yield piece
    }
    if (this.isWhole && this.queue.length > 0) throw unreadable('something follows their end')
  }

  private get isWhole(): boolean {
    return this.differences !== undefined && this.ended > this.differences
  }

  private begin(): boolean {
    const header = this.queue.take(HEADER_BYTES)
    if (header === undefined) return false
    if (MAGIC.some((byte, at) => byte !== header[at])) throw unreadable('toIncrements has not written them')
    this.differences = uint32At(header, MAGIC.byteLength)
    return true
  }

  private piece(): Uint8Array | undefined {
    if (this.length === undefined) {
      const header = this.queue.take(4)
      if (header === undefined) return undefined
      this.length = uint32At(header, 0)
    }
    const piece = this.queue.take(this.length)
    if (piece !== undefined) this.length = undefined
    return piece
  }
}
