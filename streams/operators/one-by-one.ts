import type { ObservableInput, OperatorFunction } from 'rxjs'
import { LIMITS } from '../contracts/limits.js'
import { bytesOf } from './bytes-of.js'
import { inLine, type Handling } from './line.js'
import { positive } from './positive.js'

/** What may wait in line, with what is being handled. */
export interface LineOptions<T = unknown> {
  /** More values are an error, where the source doesn't wait. Default 1,048,576. */
  readonly maxWaiting?: number
  /**
   * More bytes are an error, where the source doesn't wait; one that does is made to at half of that, so it should be twice
   * what the largest value has. A value that waits alone may have more. Default 64 MiB.
   */
  readonly maxWaitingBytes?: number
  /**
   * How many bytes a value has. By default those of bytes and strings, of a batch, and of an entry's payload. A string has two a
   * character. Of a payload that a codec has made, strings and bytes in it count, and 8 for each field or element. Any other
   * object counts for nothing, and only `maxWaiting` bounds how many of those wait.
   */
  readonly measure?: (value: T) => number
}

/** The bounds of a line that options ask for. */
export const boundsOf = <T>({
  maxWaiting = LIMITS.lineEntries,
  maxWaitingBytes = LIMITS.lineBytes,
  measure,
}: LineOptions<T>): Pick<Handling<T, never>, 'most' | 'bytes'> => ({
  most: positive('maxWaiting', maxWaiting),
  bytes: { measure: measure ?? bytesOf, most: positive('maxWaitingBytes', maxWaitingBytes) },
})

/**
 * `concatMap` with backpressure: handles one value after the other, and makes the source wait while one is in line.
 *
 * A source waits if it can: `fromIndex`, `toRows`, the `chunks$` of a snapshot. What lies between may be any operators
 * that pass on what they get at once, such as `map`, `filter`, `scan` or `tap`. A hot stream such as `committed$` can't
 * wait, and what it emits is held here, up to `maxWaiting` values and `maxWaitingBytes`.
 *
 * What is handled at once takes no stack, however much comes at once, and neither does a handler that makes its own
 * source emit. The values of a handler are emitted; what it throws errors the pipe. Completes when all has been handled.
 *
 * ```
 *  source           abc-------------|
 *  oneByOne(handle) --a---b---c-----|      each takes a while; the source is asked for more as the last begins
 *
 *  hot source       abcd-------------
 *  oneByOne(handle) ---#                  #: KAYAK_OVERLOADED with maxWaiting: 3, or maxWaitingBytes: 3 of one byte each
 * ```
 *
 * @param handle - may give a promise, an observable or an iterable. A slow subscriber further down makes it wait as well.
 * @throws {@link KayakError} in the pipe: `KAYAK_OVERLOADED` if more wait than may, by number or in bytes.
 */
export const oneByOne = <T, R>(
  handle: (value: T) => ObservableInput<R>,
  options: LineOptions<T> = {},
): OperatorFunction<T, R> =>
  inLine({
    // one is handled at a time, so there is one
    handle: items => handle(items[0] as T),
    ahead: LIMITS.lineAhead,
    ...boundsOf(options),
  })
