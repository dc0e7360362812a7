import type { MonoTypeOperatorFunction } from 'rxjs'
import { crc32 } from '../contracts/checksum.js'
import { ByteQueue } from './byte-queue.js'
import { lengthOf } from './bytes.js'
import { stage, type Emit, type Stage } from './stage.js'
import { unreadable } from './unreadable.js'

const SIZE = 4

class Summing implements Stage<Uint8Array, Uint8Array> {
  private sum = 0

  take(bytes: Uint8Array, emit: Emit<Uint8Array>): void {
    if (lengthOf(bytes) > 0) this.sum = crc32(bytes, this.sum)
    emit(bytes)
  }

  end(emit: Emit<Uint8Array>): void {
    const trailer = new Uint8Array(SIZE)
    new DataView(trailer.buffer).setUint32(0, this.sum)
    emit(trailer)
  }
}

class Verifying implements Stage<Uint8Array, Uint8Array> {
  private sum = 0
  private readonly queue = new ByteQueue()

  take(bytes: Uint8Array, emit: Emit<Uint8Array>): void {
    this.queue.push(bytes)
    while (this.queue.length > SIZE) {
      const piece = this.queue.some(this.queue.length - SIZE)
      this.sum = crc32(piece, this.sum)
      emit(piece)
    }
  }

  end(): void {
    const trailer = this.queue.take(SIZE)
    if (trailer === undefined) throw unreadable('they are too few to have a checksum')
    const { buffer, byteOffset } = trailer
    if (new DataView(buffer, byteOffset).getUint32(0) !== this.sum) throw unreadable('their checksum is another')
  }
}

/**
 * Adds a checksum (CRC-32, four bytes) to the end of a stream of bytes, by which `verifyChecksum` sees damage. A host's
 * snapshots have one of their own, from disk to disk; this one is for what goes elsewhere, such as a backup.
 *
 * It finds what chance does. Against who means it, `encrypt` of `kayak/plugins/snapshot-encrypt` is the stage.
 *
 * ```
 *  bytes       --a--b--|
 *  checksum()
 *  result      --a--b--(s|)      s: the checksum of a and b
 * ```
 */
export const checksum = (): MonoTypeOperatorFunction<Uint8Array> => stage(() => new Summing())

/**
 * Takes off the checksum that `checksum` has added, and errors with `KAYAK_UNREADABLE` instead of completing if it is not
 * that of the bytes. They have gone on by then: what comes of them counts when the stream has completed, as it does for
 * `fromRows`.
 *
 * ```
 *  bytes            --a--b--s--|      the last four bytes are held back
 *  verifyChecksum()
 *  result           -----a--b--|      or an error instead of the end
 * ```
 */
export const verifyChecksum = (): MonoTypeOperatorFunction<Uint8Array> => stage(() => new Verifying())
