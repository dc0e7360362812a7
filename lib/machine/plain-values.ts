import { from } from 'rxjs'
import { fromRows } from '../../streams/operators/from-rows.js'
import { RowWriter } from '../../streams/operators/row-writer.js'
import { LIMITS } from '../../streams/contracts/limits.js'

function rowsOf(value: unknown): readonly Uint8Array[] {
  const writer = new RowWriter(value, LIMITS.rowPieceBytes)
  const rows: Uint8Array[] = []
  for (let next = writer.next(); next.done !== true; next = writer.next()) rows.push(next.value)
  return rows
}

const isSame = (one: Uint8Array, other: Uint8Array | undefined): boolean =>
  one.byteLength === other?.byteLength && one.every((byte, at) => byte === other[at])

/** A copy that shares nothing, of whatever `toRows` writes. */
export function copyOf<T>(value: T): T {
  let copy: unknown
  let fault: Error | undefined
  from(rowsOf(value))
    .pipe(fromRows())
    .subscribe({ next: read => (copy = read), error: (error: Error) => (fault = error) })
  if (fault !== undefined) throw fault
  // what it was written from
  return copy as T
}

/** Whether two values have the same rows: the same in all, the order of what is in a `Map` or a `Set` included. */
export function areEqual(one: unknown, other: unknown): boolean {
  const [rows, others] = [rowsOf(one), rowsOf(other)]
  return rows.length === others.length && rows.every((row, at) => isSame(row, others[at]))
}
