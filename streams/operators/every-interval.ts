import { filter, map, scan } from 'rxjs'
import type { CompactionStrategy, Growth } from './growth.js'
import { positive } from './positive.js'

interface Span {
  readonly index: number
  /** The time of the first entry since the last point. */
  readonly begun: number
  readonly isOver: boolean
}

/**
 * Compacts whenever entries of `ms` milliseconds have come, by the log's own time: `entry.time`, which is the leader's
 * and never goes back. So each member has the same points, also when it catches up, and no timer runs.
 *
 * A point is the index of the first entry that is `ms` later than the first one since the last point. A log that
 * doesn't grow has no points: there is nothing to compact.
 *
 * ```
 *  growth$             --a--b--c--d--e--f--     at 0, 40, 100, 190, 250 and 350 ms
 *  everyInterval(100)
 *  result              --------c--------f--     by index
 * ```
 *
 * @param ms - milliseconds from one point to the next.
 * @throws {@link KayakError} `KAYAK_INVALID` at once if `ms` is no whole number from 1.
 */
export const everyInterval = (ms: number): CompactionStrategy => {
  const limit = positive('everyInterval', ms)
  const next = (span: Span | undefined, { index, time }: Growth): Span => {
    const begun = span === undefined || span.isOver ? time : span.begun
    return { index, begun, isOver: time - begun >= limit }
  }
  return growth$ =>
    growth$.pipe(
      scan(next, undefined),
      filter(span => span?.isOver === true),
      map(span => span?.index ?? 0),
    )
}
