import { lengthOf } from './bytes.js'
import { Queue } from './queue.js'

const NOTHING = new Uint8Array(0)

/** Bytes that come cut anyhow, and are taken in pieces of a size. Nothing is copied but what was cut where it shouldn't. */
export class ByteQueue {
  private readonly rest = new Queue<Uint8Array>()
  private first: Uint8Array = NOTHING
  private total = 0

  get length(): number {
    return this.total
  }

  push(bytes: Uint8Array): void {
    const length = lengthOf(bytes)
    if (length === 0) return
    this.total += length
    if (this.first.byteLength === 0) this.first = bytes
    else this.rest.push(bytes)
  }

  /** So many bytes in one piece; undefined, and nothing is taken, as long as there are fewer. */
  take(count: number): Uint8Array | undefined {
    if (count > this.total) return undefined
    if (count <= this.first.byteLength) return this.some(count)
    const whole = new Uint8Array(count)
    for (let at = 0; at < count;) {
      const piece = this.some(count - at)
      whole.set(piece, at)
      at += piece.byteLength
    }
    return whole
  }

  /** Up to so many bytes, as they came. */
  some(most: number): Uint8Array {
    const taken = this.first.subarray(0, most)
    this.total -= taken.byteLength
    this.first = this.first.subarray(taken.byteLength)
    if (this.first.byteLength === 0) this.first = this.rest.shift() ?? NOTHING
    return taken
  }
}
