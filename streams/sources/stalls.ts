import { filter, interval, map, pairwise, startWith, type Observable } from 'rxjs'
import type { Clock } from '../contracts/clock.js'

/**
 * Emits for how long the event loop was held, when it was for longer than `limitMs`: a timer of `periodMs` tells by
 * being late.
 *
 * ```
 *  ticks   t--t--t-----------t--t
 *  result  ------------------h---    h: held for the gap, less a period
 * ```
 */
export const stalls$ = (periodMs: number, limitMs: () => number, clock: Clock): Observable<number> =>
  interval(periodMs, clock).pipe(
    map(() => clock.now()),
    startWith(clock.now()),
    pairwise(),
    map(([before, now]) => now - before - periodMs),
    filter(heldMs => heldMs > limitMs()),
  )
