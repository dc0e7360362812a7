import { defer, type MonoTypeOperatorFunction, type ObservableInput } from 'rxjs'
import { LIMITS } from '../../streams/contracts/limits.js'
import { lengthOf } from '../../streams/operators/bytes.js'
import { inLine } from '../../streams/operators/line.js'
import { PIECE_BYTES } from './format.js'

/** One run over a stream of bytes, which may have to wait for a key. */
export interface Run {
  take(bytes: Uint8Array, emit: (bytes: Uint8Array) => void): ObservableInput<Uint8Array> | undefined
  end(): ObservableInput<Uint8Array>
}

/** An operator on bytes, with a state of its own for each subscription, which makes its source wait while it waits. */
export const inPieces =
  (begin: () => Run): MonoTypeOperatorFunction<Uint8Array> =>
  bytes$ =>
    defer(() => {
      const run = begin()
      return bytes$.pipe(
        inLine<Uint8Array, Uint8Array>({
          // one is handled at a time, so there is one
          handle: (items, emit) => run.take(items[0] as Uint8Array, emit),
          flush: () => run.end(),
          weigh: lengthOf,
          // no more than is worked on at a time: what lives long enough burdens the collector, which stops everything
          ahead: PIECE_BYTES,
          most: LIMITS.snapshotBacklogBytes,
        }),
      )
    })
