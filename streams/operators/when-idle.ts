import { connect, debounceTime, ignoreElements, last, map, takeUntil, type SchedulerLike } from 'rxjs'
import type { CompactionStrategy } from './growth.js'
import { positive } from './positive.js'

/**
 * Compacts when nothing has come for `ms` milliseconds: while nobody needs the disk for something else. It says so once,
 * and again when the log has grown and rested again. A log that never rests is never compacted by it: combine it with a
 * limit, `anyOf(whenIdle(1000, clock), everyBytes(256 * MiB))`.
 *
 * Rest is no entry, so here it is the clock that decides, and members have different points. A point is the index of the
 * last entry.
 *
 * ```
 *  growth$             --1--2-----3---|
 *  whenIdle(4, clock)
 *  result              ---------2-----|     the end is no rest
 * ```
 *
 * @param ms - how long nothing must have come.
 * @param clock - by which time that is: RxJS's `asyncScheduler`, or the host's own clock.
 * @throws {@link KayakError} `KAYAK_INVALID` at once if `ms` is no whole number from 1.
 */
export const whenIdle = (ms: number, clock: SchedulerLike): CompactionStrategy => {
  const restMs = positive('whenIdle', ms)
  return growth$ =>
    growth$.pipe(
      connect(grown$ =>
        grown$.pipe(
          debounceTime(restMs, clock),
          map(({ index }) => index),
          // subscribed to before what it ends, which would tell of what is left
          takeUntil(grown$.pipe(ignoreElements(), last(undefined, undefined))),
        ),
      ),
    )
}
