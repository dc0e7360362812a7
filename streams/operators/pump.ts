import { concat, defer, exhaustMap, isObservable, Observable, of, repeat, takeWhile, type OperatorFunction } from 'rxjs'

/** Gives the next batch: at once if it is at hand, or else as what an observable emits before it completes. */
export type NextBatch<T> = () => readonly T[] | Observable<readonly T[]>

/** Batch after batch until an empty one. Those at hand take no operators: there is one for each turn of a busy member. */
const batches = <T>(next: NextBatch<T>): Observable<readonly T[]> =>
  new Observable(subscriber => {
    let batch = next()
    for (; !isObservable(batch); batch = next()) {
      if (batch.length === 0) return subscriber.complete()
      subscriber.next(batch)
      if (subscriber.closed) return
    }
    const later$ = defer(() => {
      const following = next()
      return isObservable(following) ? following : of(following)
    })
    return concat(batch, later$.pipe(repeat()))
      .pipe(takeWhile(({ length }) => length > 0))
      .subscribe(subscriber)
  })

/**
 * On each trigger, takes batch after batch until an empty one: what comes while a batch is on its way waits and is
 * taken with the next, so that batches adapt by themselves.
 *
 * ```
 *  trigger  t----t--t-----------
 *  next     --[ab]--[cde]--[]
 *  result   --[ab]--[cde]-------
 * ```
 */
export const pump =
  <T>(next: NextBatch<T>): OperatorFunction<unknown, readonly T[]> =>
  trigger$ =>
    trigger$.pipe(exhaustMap(() => batches(next)))
