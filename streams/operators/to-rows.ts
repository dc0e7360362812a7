import { defer, switchMap, take, type OperatorFunction } from 'rxjs'
import { LIMITS } from '../contracts/limits.js'
import { demandOf, pulled, within } from './demand.js'
import { positive } from './positive.js'
import { RowWriter } from './row-writer.js'

/** How a state is cut into pieces. */
export interface RowOptions {
  /** A piece is emitted when it holds so much. Default 64 KiB. */
  readonly pieceBytes?: number
}

/**
 * Writes a state as bytes, piece by piece, each made when it is wanted: the first stage of a snapshot pipeline. Its
 * inverse is `fromRows`.
 *
 * A state is a `Map`, a `Set`, an array, a plain object, a `PersistentMap`, or a value; and so is what is in it, to any
 * depth: strings, numbers, booleans, `undefined`, `null`, bigints and `Uint8Array`s come back as they were, `NaN` and lone
 * surrogates too. A `Buffer` comes back as a `Uint8Array`. An iterator, such as a generator or what `map.values()` gives, is
 * written as an array of what it gives, and pulled as it is written; so is an object with a `[Symbol.iterator]` and nothing
 * else.
 *
 * An instance of a class, a function, a symbol, also as a key, and an array with gaps are refused with `KAYAK_INVALID`, and so
 * are subclasses of `Map`, `Set` and arrays, and maps and sets with fields of their own: map it to plain values before, and
 * back after `fromRows`. Fields that an array has besides its elements aren't looked for, and not written.
 *
 * Nothing is copied and nothing collected: it walks the state while it writes. A state that is large may so be written in
 * little memory, and in slices between which the event loop turns, as fast as `log.compact` and the stages before it take
 * it; it must not be changed meanwhile. With `project` it isn't, since `apply` makes new states: a `PersistentMap` is one
 * that can afford it.
 *
 * Of several states the first is written.
 *
 * ```
 *  state     --s------------
 *  toRows()
 *  result    --a--b---c---|      each when there is room for it
 * ```
 *
 * @example
 * ```ts
 * host.log.compact(index, of(state).pipe(toRows(), gzip(), chunk(64 * KiB)))
 * ```
 */
export const toRows = ({ pieceBytes = LIMITS.rowPieceBytes }: RowOptions = {}): OperatorFunction<
  unknown,
  Uint8Array
> => {
  const size = positive('pieceBytes', pieceBytes)
  return state$ =>
    defer(() => {
      const demand = demandOf()
      return state$.pipe(
        take(1),
        switchMap(state =>
          within(
            demand,
            pulled(() => new RowWriter(state, size)),
          ),
        ),
      )
    })
}
