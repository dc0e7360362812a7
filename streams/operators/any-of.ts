import { connect, ignoreElements, last, merge, NEVER, repeat, take, takeUntil } from 'rxjs'
import { KayakError } from '../contracts/errors.js'
import { Broadcast } from './broadcast.js'
import type { CompactionStrategy, Growth } from './growth.js'

/**
 * Compacts as soon as one of several strategies says so; all of them begin anew then, for what one has compacted the
 * others needn't.
 *
 * ```
 *  growth$                              --1--2--3--4--5--6--     1 byte each, but 9 for the fourth
 *  anyOf(everyEntries(3), everyBytes(8))
 *  result                               --------3--4--------
 * ```
 *
 * @example
 * ```ts
 * entries$.pipe(growth(), anyOf(everyEntries(10_000), everyBytes(64 * MiB), everyInterval(3_600_000)))
 * ```
 *
 * @throws {@link KayakError} `KAYAK_INVALID` at once without a strategy.
 */
export function anyOf(...strategies: readonly CompactionStrategy[]): CompactionStrategy {
  if (strategies.length === 0) throw new KayakError('KAYAK_INVALID', 'anyOf takes at least one strategy.')
  return growth$ =>
    growth$.pipe(
      connect(
        grown$ => {
          // a strategy that ends doesn't end the others, nor begin anew before one has a point
          const first$ = merge(NEVER, ...strategies.map(strategy => strategy(grown$))).pipe(take(1))
          const ended$ = grown$.pipe(ignoreElements(), last(undefined, undefined))
          return first$.pipe(repeat(), takeUntil(ended$))
        },
        { connector: () => new Broadcast<Growth>() },
      ),
    )
}
