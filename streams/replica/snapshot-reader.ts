import { defer, EMPTY, expand, map, reduce, switchMap, type Observable } from 'rxjs'
import { LIMITS } from '../contracts/limits.js'
import type { Storage } from '../contracts/storage.js'
import { demandOf, open$ } from '../operators/demand.js'

/** The bytes of a stored snapshot from `from` to before `to`, a chunk at a time, each read when there is room for it. */
export function readChunks$(storage: Storage, index: number, from: number, to: number): Observable<Uint8Array> {
  if (from >= to) return EMPTY
  return defer(() => {
    const demand = demandOf()
    const chunk = (at: number): Observable<{ bytes: Uint8Array; end: number }> =>
      open$(demand).pipe(
        switchMap(() => storage.readSnapshot(index, at, Math.min(LIMITS.snapshotChunkBytes, to - at))),
        map(bytes => ({ bytes, end: at + bytes.byteLength })),
      )
    return chunk(from).pipe(
      expand(({ bytes, end }) => (bytes.byteLength > 0 && end < to ? chunk(end) : EMPTY)),
      map(({ bytes }) => bytes),
    )
  })
}

/** The first `length` bytes in one piece. */
export const readWhole$ = (storage: Storage, index: number, length: number): Observable<Uint8Array> =>
  readChunks$(storage, index, 0, length).pipe(
    reduce(
      ({ whole, at }, bytes) => {
        whole.set(bytes, at)
        return { whole, at: at + bytes.byteLength }
      },
      { whole: new Uint8Array(length), at: 0 },
    ),
    map(({ whole }) => whole),
  )
