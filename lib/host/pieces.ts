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
  private at = 0

  constructor(private readonly blockBytes: number) {}

  /** So many bytes, all zero. */
  take(bytes: number): Uint8Array {
    // one of nothing has a block of its own too: an empty one can be taken away and not marked
    if (bytes === 0 || bytes > LARGEST_SHARE * this.blockBytes) return new Uint8Array(bytes)
    if (this.at + bytes > this.block.byteLength) this.renew()
    const piece = new Uint8Array(this.block, this.at, bytes)
    this.at += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
    return piece
  }

  /** Not `slice()`, which on a Buffer makes another view of the same memory. */
  copy(bytes: Uint8Array): Uint8Array {
    const piece = this.take(bytes.byteLength)
    piece.set(bytes)
    return piece
  }

  private renew(): void {
    this.block = new ArrayBuffer(this.blockBytes)
    this.at = 0
    markAsUntransferable(this.block)
  }
}
