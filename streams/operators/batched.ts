import type { OperatorFunction } from 'rxjs'
import { settled, type Handler } from './apply-each.js'
import { inLine } from './line.js'
import { boundsOf, type LineOptions } from './one-by-one.js'
import { positive } from './positive.js'

export interface BatchOptions<T = unknown> extends LineOptions<T> {
  /** The most that one batch holds. Default 1024. */
  readonly maxBatch?: number
}

/**
 * Has an effect for each batch, and emits the batch when its effect is done. A batch is all that came while the one
 * before was being handled: batches are small where there is time, large where there isn't, and nothing waits for a
 * timer. So one transaction, one `fsync` or one request serves many entries when it matters, and the first is not late.
 *
 * No batch is empty. The source waits, if it can, while a whole batch, or half of `maxWaitingBytes`, is in line: see `oneByOne`. For what is handled
 * once and what at least once, see `applyEach`; the index to keep is that of the batch's last entry.
 *
 * ```
 *  entries         a-bcd-------e------|
 *  batched(handle) -----v----w------x-|      v: [a], w: [b c d], x: [e]; each takes a while
 * ```
 *
 * @example
 * ```ts
 * fromIndex(host, checkpoint + 1).pipe(
 *   batched(entries => table.insertAll(entries)),
 *   acknowledge(host),
 * )
 * ```
 *
 * @throws {@link KayakError} in the pipe: `KAYAK_OVERLOADED` if more than `maxWaiting`, or `maxWaitingBytes`, wait; what the
 * handler fails with.
 */
export const batched = <T>(
  handle: Handler<readonly T[]>,
  { maxBatch = 1024, ...bounds }: BatchOptions<T> = {},
): OperatorFunction<T, readonly T[]> =>
  inLine<T, readonly T[]>({
    handle: (batch, emit) => settled(handle, batch, emit),
    together: positive('maxBatch', maxBatch),
    ahead: maxBatch + 1,
    ...boundsOf(bounds),
    isPaced: false,
  })
