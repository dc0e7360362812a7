import {
  concat,
  from,
  ignoreElements,
  of,
  type MonoTypeOperatorFunction,
  type Observable,
  type ObservableInput,
} from 'rxjs'
import { LIMITS } from '../contracts/limits.js'
import { inLine } from './line.js'
import { boundsOf, type LineOptions } from './one-by-one.js'

/**
 * What has an effect, and gives what completes, or resolves, when that is done; nothing where it is done at once.
 */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- what a function without a return is typed as
export type Handler<T> = (value: T) => ObservableInput<unknown> | void

/** Has an effect, and emits what it was the effect of once that is done. */
export function settled<T>(handle: Handler<T>, value: T, emit: (value: T) => void): Observable<T> | undefined {
  const effect = handle(value) ?? undefined
  if (effect !== undefined) return concat(from(effect).pipe(ignoreElements()), of(value))
  emit(value)
  return undefined
}

/**
 * Has an effect for each entry, one after the other, and emits the entry when its effect is done. The source waits
 * meanwhile, if it can: see `oneByOne`.
 *
 * **At least once**, with a checkpoint: keep the index of what is emitted, and begin after it the next time. What was
 * handled and not yet kept is handled again.
 *
 * ```ts
 * fromIndex(host, (await load()) + 1).pipe(
 *   applyEach(entry => mail(entry.payload)),
 *   applyEach(({ index }) => save(index)), // what is emitted is handled
 * )
 * ```
 *
 * **Exactly once**, where the handler stores the index together with its effect, in one transaction, and leaves alone what
 * it finds to be stored already:
 *
 * ```ts
 * fromIndex(host, (await table.lastIndex()) + 1).pipe(
 *   applyEach(({ index, payload }) => table.transaction(tx => tx.insertOnce(index, payload))),
 * )
 * ```
 *
 * A handler that fails errors the pipe with what it failed with, and nothing comes after: what follows an entry may depend
 * on it. To try again, subscribe again from the checkpoint (`retry` around a `defer`), or `retry` inside of the handler.
 * Unsubscribing unsubscribes the handler's observable; a promise goes on, and nobody waits for it.
 *
 * ```
 *  entries           12--3------|
 *  applyEach(handle) --1-(23)---|      1 and 2 take a while, 3 is done at once
 * ```
 *
 * @param handle - gives what completes when the effect is done, or nothing if it is done already.
 * @throws {@link KayakError} in the pipe: `KAYAK_OVERLOADED` if more than `maxWaiting`, or `maxWaitingBytes`, wait.
 */
export const applyEach = <T>(handle: Handler<T>, options: LineOptions<T> = {}): MonoTypeOperatorFunction<T> =>
  inLine<T, T>({
    // one is handled at a time, so there is one
    handle: (items, emit) => settled(handle, items[0] as T, emit),
    ahead: LIMITS.lineAhead,
    ...boundsOf(options),
    isPaced: false,
  })
