import { EMPTY, expand, map, reduce, type Observable } from 'rxjs'
import { LIMITS } from '../contracts/limits.js'
import type { Storage } from '../contracts/storage.js'

/** The bytes of a stored snapshot from `from` to before `to`, a chunk at a time. */
export function readChunks$(storage: Storage, index: number, from: number, to: number): Observable<Uint8Array> {
  const chunk = (at: number): Observable<{ bytes: Uint8Array; end: number }> =>
    storage
      .readSnapshot(index, at, Math.min(LIMITS.snapshotChunkBytes, to - at))
      .pipe(map(bytes => ({ bytes, end: at + bytes.byteLength })))
  if (from >= to) return EMPTY
  return chunk(from).pipe(
    expand(({ bytes, end }) => (bytes.byteLength > 0 && end < to ? chunk(end) : EMPTY)),
    map(({ bytes }) => bytes),
  )
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
