import type { ObservableInput, OperatorFunction } from 'rxjs'
import { LIMITS } from '../contracts/limits.js'
import { inLine } from './line.js'
import { positive } from './positive.js'

/** What may wait in line. */
export interface LineOptions {
  /** More are an error, where the source doesn't wait. Default 1,048,576. */
  readonly maxWaiting?: number
}

/**
 * `concatMap` with backpressure: handles one value after the other, and makes the source wait while one is in line.
 *
 * A source waits if it can: `fromIndex`, `toRows`, the `chunks$` of a snapshot. What lies between may be any operators
 * that pass on what they get at once, such as `map`, `filter`, `scan` or `tap`. A hot stream such as `committed$` can't
 * wait, and what it emits is held here, up to `maxWaiting`.
 *
 * What is handled at once takes no stack, however much comes at once, and neither does a handler that makes its own
 * source emit. The values of a handler are emitted; what it throws errors the pipe. Completes when all has been handled.
 *
 * ```
 *  source           abc-------------|
 *  oneByOne(handle) --a---b---c-----|      each takes a while; the source is asked for more as the last begins
 * ```
 *
 * @param handle - may give a promise, an observable or an iterable. A slow subscriber further down makes it wait as well.
 * @throws {@link KayakError} in the pipe: `KAYAK_OVERLOADED` if more wait than may.
 */
export const oneByOne = <T, R>(
  handle: (value: T) => ObservableInput<R>,
  { maxWaiting = LIMITS.lineEntries }: LineOptions = {},
): OperatorFunction<T, R> =>
  inLine({
    // one is handled at a time, so there is one
    handle: items => handle(items[0] as T),
    ahead: LIMITS.lineAhead,
    most: positive('maxWaiting', maxWaiting),
  })
