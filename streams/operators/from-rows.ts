import type { OperatorFunction } from 'rxjs'
import { ByteQueue } from './byte-queue.js'
import { RowReader } from './row-reader.js'
import { stage, type Emit, type Stage } from './stage.js'
import { unreadable } from './unreadable.js'
import { ROWS_MAGIC } from './values.js'

class Reading<State> implements Stage<Uint8Array, State> {
  private readonly queue = new ByteQueue()
  private readonly reader = new RowReader()
  private hasMagic = false
  /** Of the row that has begun. */
  private length: number | undefined
  private isOver = false

  take(bytes: Uint8Array): void {
    this.queue.push(bytes)
    if (!this.hasMagic && !this.begin()) return
    for (let row = this.row(); row !== undefined; row = this.row()) {
      if (row.byteLength > 0) this.reader.take(row)
      else this.isOver = true
    }
    if (this.isOver && this.queue.length > 0) throw unreadable('something follows their end')
  }

  end(emit: Emit<State>): void {
    if (!this.isOver) throw unreadable('they are cut short')
    // what toRows was given, if it was toRows
    emit(this.reader.end() as State)
  }

  private begin(): boolean {
    const magic = this.queue.take(ROWS_MAGIC.byteLength)
    if (magic === undefined) return false
    if (magic.some((byte, at) => byte !== ROWS_MAGIC[at])) throw unreadable('toRows has not written them')
    return (this.hasMagic = true)
  }

  /** The next row, once it is whole. */
  private row(): Uint8Array | undefined {
    if (this.isOver) return undefined
    this.length ??= this.lengthOfNext()
    if (this.length === undefined) return undefined
    const row = this.queue.take(this.length)
    if (row !== undefined) this.length = undefined
    return row
  }

  private lengthOfNext(): number | undefined {
    const header = this.queue.take(4)
    return header && new DataView(header.buffer, header.byteOffset).getUint32(0)
  }
}

/**
 * Reads a state from the bytes that `toRows` has written, wherever they are cut, and emits it when they have ended. It is
 * built as they come, so memory holds the state and a row.
 *
 * What is not whole, goes on after its end, or was never written by `toRows` errors with `KAYAK_UNREADABLE`. A flipped bit in
 * a value can't be seen here: a host's snapshots have a checksum, and so has what went through `checksum`, `gzip` or `encrypt`.
 *
 * ```
 *  bytes        --a---b---c--|
 *  fromRows()
 *  result       -------------(s|)
 * ```
 *
 * @typeParam State - what the state is known to be: this is not checked.
 */
export const fromRows = <State = unknown>(): OperatorFunction<Uint8Array, State> => stage(() => new Reading<State>())
