import { defer, exhaustMap, repeat, takeWhile, type Observable, type OperatorFunction } from 'rxjs'

/**
 * On each trigger, takes batch after batch until an empty one: what comes while a batch is on its way waits and is
 * taken with the next, so that batches adapt by themselves. `next` emits exactly one batch.
 *
 * ```
 *  trigger  t----t--t-----------
 *  next     --[ab]--[cde]--[]
 *  result   --[ab]--[cde]-------
 * ```
 */
export const pump =
  <T>(next: () => Observable<readonly T[]>): OperatorFunction<unknown, readonly T[]> =>
  trigger$ => {
    const batches$ = defer(next).pipe(
      repeat(),
      takeWhile(batch => batch.length > 0),
    )
    return trigger$.pipe(exhaustMap(() => batches$))
  }
