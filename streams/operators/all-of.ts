import { concat, connect, forkJoin, ignoreElements, last, map, merge, NEVER, repeat, take, takeUntil } from 'rxjs'
import { KayakError } from '../contracts/errors.js'
import type { CompactionStrategy } from './growth.js'

/**
 * Compacts once each of several strategies has said so since the last point; all of them begin anew then. A strategy that
 * ends before it has said so never will, and then there is no point any more.
 *
 * ```
 *  growth$                              --1--2--3--4--5--6--     1 byte each, but 9 for the fourth
 *  allOf(everyEntries(2), everyBytes(8))
 *  result                               -----------4--------
 * ```
 *
 * @example
 * ```ts
 * entries$.pipe(growth(), allOf(everyBytes(64 * MiB), whenIdle(1000, clock)))
 * ```
 *
 * @throws {@link KayakError} `KAYAK_INVALID` at once without a strategy.
 */
export function allOf(...strategies: readonly CompactionStrategy[]): CompactionStrategy {
  if (strategies.length === 0) throw new KayakError('KAYAK_INVALID', 'allOf takes at least one strategy.')
  return growth$ =>
    growth$.pipe(
      connect(grown$ => {
        const firsts = strategies.map(strategy => concat(strategy(grown$), NEVER).pipe(take(1)))
        const all$ = forkJoin(firsts).pipe(map(points => Math.max(...points)))
        const ended$ = grown$.pipe(ignoreElements(), last(undefined, undefined))
        return merge(NEVER, all$).pipe(take(1), repeat(), takeUntil(ended$))
      }),
    )
}
