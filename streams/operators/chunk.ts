import { Observable, type MonoTypeOperatorFunction } from 'rxjs'
import { positive } from './positive.js'

/** A piece that is being filled. */
class Piece {
  private bytes: Uint8Array | undefined
  private length = 0

  constructor(private readonly size: number) {}

  /** Takes what still fits, and says how much that was. */
  fill(from: Uint8Array): number {
    this.bytes ??= new Uint8Array(this.size)
    const fitting = from.subarray(0, this.size - this.length)
    this.bytes.set(fitting, this.length)
    this.length += fitting.byteLength
    return fitting.byteLength
  }

  get isFull(): boolean {
    return this.length === this.size
  }

  /** What it holds, and begins an empty one; undefined if it holds nothing. */
  take(): Uint8Array | undefined {
    const taken = this.length === 0 ? undefined : this.bytes?.subarray(0, this.length)
    this.bytes = undefined
    this.length = 0
    return taken
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
  return source$ =>
    new Observable(subscriber => {
      const piece = new Piece(size)
      const flush = (): void => {
        const full = piece.take()
        if (full !== undefined) subscriber.next(full)
      }
      return source$.subscribe({
        next: whole => {
          for (let rest = whole; rest.byteLength > 0 && !subscriber.closed;) {
            rest = rest.subarray(piece.fill(rest))
            if (piece.isFull) flush()
          }
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          flush()
          subscriber.complete()
        },
      })
    })
}
