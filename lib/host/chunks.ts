import { defer, from, isObservable, map, Observable, throwError } from 'rxjs'
import { KayakError } from '../../streams/contracts/errors.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import type { PullChunks } from '../../streams/replica/compact.js'

/** What a consumer may give as a snapshot. */
export type ChunkSource = Observable<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>

const checked = (chunk: unknown): Uint8Array => {
  if (chunk instanceof Uint8Array) return chunk
  throw new KayakError('KAYAK_INVALID', 'A snapshot is a stream of Uint8Arrays.')
}

/** Pulls a chunk when the one before is on disk. */
function fromIterator(iterator: AsyncIterator<unknown> | Iterator<unknown>): PullChunks {
  const next = async (): Promise<readonly Uint8Array[]> => {
    const result = await iterator.next()
    return result.done === true ? [] : [checked(result.value)]
  }
  return () => defer(() => from(next()))
}

/** Holds what a pushing stream gives ahead of the disk, up to a limit in bytes. */
function fromObservable(chunks$: Observable<unknown>): PullChunks {
  let held: Uint8Array[] = []
  let bytes = 0
  let ended: { readonly error?: unknown } | undefined
  let wake = (): void => undefined
  let begun = false
  const begin = (): void => {
    begun = true
    const subscription = chunks$.pipe(map(checked)).subscribe({
      next: chunk => {
        held.push(chunk.slice())
        bytes += chunk.byteLength
        if (bytes > LIMITS.snapshotBacklogBytes) {
          ended = {
            error: new KayakError('KAYAK_OVERLOADED', 'A snapshot ran 64 MiB ahead of the disk; give an iterable.'),
          }
          queueMicrotask(() => subscription.unsubscribe())
        }
        wake()
      },
      error: (error: unknown) => {
        ended = { error }
        wake()
      },
      complete: () => {
        ended ??= {}
        wake()
      },
    })
  }
  return () =>
    new Observable(subscriber => {
      wake = () => {
        if (ended !== undefined && 'error' in ended) return subscriber.error(ended.error)
        if (held.length === 0 && ended === undefined) return
        const batch = held
        held = []
        bytes = 0
        subscriber.next(batch)
        subscriber.complete()
      }
      if (!begun) begin()
      wake()
    })
}

/** A way to pull chunks out of whatever a consumer gives. */
export function pullChunks(chunks: unknown): PullChunks {
  if (isObservable(chunks)) return fromObservable(chunks)
  if (typeof chunks === 'object' && chunks !== null) {
    // an iterable is told by its method; what it yields is checked chunk by chunk
    const source = chunks as Partial<AsyncIterable<unknown> & Iterable<unknown>>
    const iterator = source[Symbol.asyncIterator]?.() ?? source[Symbol.iterator]?.()
    if (iterator !== undefined) return fromIterator(iterator)
  }
  return () =>
    throwError(() => new KayakError('KAYAK_INVALID', 'A snapshot is an observable or an iterable of Uint8Arrays.'))
}
