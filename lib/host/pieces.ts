import { markAsUntransferable } from 'node:worker_threads'

/** What is larger than this share of a block has memory of its own. */
const LARGEST_SHARE = 1 / 4
/** Pieces begin at multiples of this, so that any typed array may look at them. */
const ALIGNMENT = 8

/**
 * Memory for copies of small things, many to a block: an `ArrayBuffer` each costs ten times as much as the copying, and
 * the collector as much again. Whoever holds one piece holds its block, so that those of different lives have blocks of
 * their own. No block can be transferred to another
 * thread by a message, which would take all that is in it away.
 */
export class Pieces {
  private block = new ArrayBuffer(0)
  /** All of the block. */
  private bytes = new Uint8Array(this.block)
  private at = 0

  constructor(private readonly blockBytes: number) {}

  /** So many bytes, all zero. */
  take(bytes: number): Uint8Array {
    if (!this.fits(bytes)) return new Uint8Array(bytes)
    const at = this.place(bytes)
    return new Uint8Array(this.block, at, bytes)
  }

  /**
   * A copy of what comes behind so many bytes, of which there are fewer than a piece's alignment. They are copied as well,
   * to before the piece: to look at the rest alone takes an object more, as long to make as the copy.
   */
  copyFrom(bytes: Uint8Array, skipped: number): Uint8Array {
    const length = bytes.byteLength - skipped
    if (!this.fits(ALIGNMENT + length)) return new Uint8Array(bytes.subarray(skipped))
    const at = this.place(ALIGNMENT + length) + ALIGNMENT
    this.bytes.set(bytes, at - skipped)
    return new Uint8Array(this.block, at, length)
  }

  /** Where nothing is taken nothing is of a block: an empty one, as the first is, can be transferred. */
  private fits(bytes: number): boolean {
    return bytes > 0 && bytes <= LARGEST_SHARE * this.blockBytes
  }

  /** Where so many bytes are free. */
  private place(bytes: number): number {
    if (this.at + bytes > this.block.byteLength) this.renew()
    const { at } = this
    this.at += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
    return at
  }

  private renew(): void {
    this.block = new ArrayBuffer(this.blockBytes)
    this.bytes = new Uint8Array(this.block)
    this.at = 0
    markAsUntransferable(this.block)
  }
}
