import type { MonoTypeOperatorFunction } from 'rxjs'
import { lengthOf } from './bytes.js'
import { positive } from './positive.js'
import { stage, type Emit, type Stage } from './stage.js'

/** A piece that is being filled. */
class Cutting implements Stage<Uint8Array, Uint8Array> {
  private bytes: Uint8Array | undefined
  private length = 0

  constructor(private readonly size: number) {}

  take(whole: Uint8Array, emit: Emit<Uint8Array>): void {
    for (let rest = whole; lengthOf(rest) > 0;) {
      rest = rest.subarray(this.fill(rest))
      if (this.length === this.size && !this.end(emit)) return
    }
  }

  /** Gives what it holds, and begins an empty one. Says whether anybody listens still. */
  end(emit: Emit<Uint8Array>): boolean {
    const piece = this.bytes?.subarray(0, this.length)
    this.bytes = undefined
    this.length = 0
    return piece === undefined || emit(piece)
  }

  /** Takes what still fits, and says how much that was. */
  private fill(from: Uint8Array): number {
    this.bytes ??= new Uint8Array(this.size)
    const fitting = from.subarray(0, this.size - this.length)
    this.bytes.set(fitting, this.length)
    this.length += fitting.byteLength
    return fitting.byteLength
  }
}

/**
 * Cuts a stream of bytes anew, wherever it was cut before: into pieces of exactly so many bytes, the last one shorter.
 *
 * It belongs at the end of a snapshot pipeline, where gzip gives pieces of a few hundred bytes and a codec pieces of a
 * megabyte: what is written and sent then has one size, and one piece is all that is held. The pieces are copies, so a
 * source may use its buffer again. Empty pieces vanish, and an empty stream stays empty: no piece is ever empty.
 *
 * The last, shorter piece is emitted when the source completes; if it errors what is held is lost, as half a piece is
 * no use to anyone.
 *
 * ```
 *  bytes     --abc---d-efghij-|
 *  chunk(4)
 *  result    --------v-w------(x|)     v: abcd, w: efgh, x: ij
 * ```
 *
 * @param bytes - the size of a piece.
 * @throws {@link KayakError} `KAYAK_INVALID` at once if `bytes` is no whole number from 1.
 */
export function chunk(bytes: number): MonoTypeOperatorFunction<Uint8Array> {
  const size = positive('chunk', bytes)
  return stage(() => new Cutting(size))
}
