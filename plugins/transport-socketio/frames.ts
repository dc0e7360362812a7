import { encodeMessage } from './parser.js'

/** What a larger frame takes is not kept. */
const KEPT_BYTES = 512 * 1024

/**
 * The frames of messages, made in memory that is used again: mostly the system has taken all of a frame before the next is
 * made.
 */
export class Frames {
  #memory = Buffer.alloc(0)

  /** A frame that is good until the next is made, unless it is kept. */
  make(message: object): Uint8Array {
    return encodeMessage(message, bytes => this.#take(bytes))
  }

  /** The frame that was made last waits somewhere: its memory is not used again. */
  keep(): void {
    this.#memory = Buffer.alloc(0)
  }

  #take(bytes: number): Buffer {
    if (bytes > KEPT_BYTES) return Buffer.allocUnsafe(bytes)
    if (bytes > this.#memory.byteLength) this.#memory = Buffer.allocUnsafeSlow(Math.min(KEPT_BYTES, 2 * bytes))
    return this.#memory.subarray(0, bytes)
  }
}
