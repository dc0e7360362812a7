import {
  distinctUntilChanged,
  ignoreElements,
  interval,
  map,
  merge,
  of,
  startWith,
  switchMap,
  tap,
  type Observable,
} from 'rxjs'
import { afterLoss, hasLost, lossMark, type LossMark } from '../../rules/progress.js'
import { members } from '../../rules/roster.js'
import type { Leadership } from './leadership.js'

/** Sends every other member a heartbeat, light, whatever else is under way. */
export function beat(leadership: Leadership): void {
  for (const member of members(leadership.replica.roster))
    if (leadership.knows(member)) leadership.sendHeartbeat(member)
}

/** Sends anew where nothing has come of what was sent a heartbeat ago. */
function resend(leadership: Leadership, marks: Map<string, LossMark>): void {
  for (const { id } of members(leadership.replica.roster)) {
    const progress = leadership.progressOf(id)
    if (progress === undefined) continue
    if (hasLost(progress, marks.get(id))) leadership.update(id, afterLoss)
    const after = leadership.progressOf(id)
    if (after !== undefined) marks.set(id, lossMark(after))
  }
}

/**
 * A heartbeat at once, then every `heartbeatMs` (section 3.4).
 *
 * ```
 *  heartbeats  h----h----h----
 * ```
 */
export function heartbeats$(leadership: Leadership): Observable<never> {
  const { replica } = leadership
  const { clock, inbox } = replica.parts
  const marks = new Map<string, LossMark>()
  // the cluster may settle on another pace, and who waits by that one must not miss a beat
  const pace$ = merge(of(undefined), inbox.settled$).pipe(
    map(() => replica.heartbeatMs),
    distinctUntilChanged(),
  )
  const beats$ = pace$.pipe(switchMap(heartbeatMs => interval(heartbeatMs, clock).pipe(inbox.enter(), startWith(0))))
  return beats$.pipe(
    tap(() => {
      resend(leadership, marks)
      // a lease counts from when it was asked for
      if (replica.roster.settings.leaseMs > 0) leadership.beginRound()
      beat(leadership)
    }),
    ignoreElements(),
  )
}
