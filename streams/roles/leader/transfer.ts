import {
  concat,
  defer,
  exhaustMap,
  filter,
  finalize,
  ignoreElements,
  merge,
  of,
  take,
  tap,
  timer,
  type Observable,
} from 'rxjs'
import { message, TimeoutNow } from '../../contracts/messages/index.js'
import { isRecent } from '../../rules/timing.js'
import type { RosterMember } from '../../rules/roster.js'
import type { Leadership } from './leadership.js'

/** Who is closest to having everything, of those that answer. */
function successor(leadership: Leadership): RosterMember | undefined {
  const { roster, self, parts, electionTimeoutMs } = leadership.replica
  const alive = roster.voters.filter(
    ({ id }) => id !== self.id && isRecent(leadership.heardAt(id), parts.clock.now(), electionTimeoutMs),
  )
  const match = ({ id }: RosterMember): number => leadership.progressOf(id)?.match ?? 0
  return alive.reduce<RosterMember | undefined>(
    (best, one) => (best && match(best) >= match(one) ? best : one),
    undefined,
  )
}

/** Waits until the successor has all, tells it to begin, and gives it an election timeout (section 3.10). */
function transferTo$(leadership: Leadership, to: RosterMember): Observable<unknown> {
  const { replica, term } = leadership
  const { clock, inbox, log } = replica.parts
  const caughtUp$ = concat(of(undefined), inbox.settled$).pipe(
    filter(() => leadership.progressOf(to.id)?.match === log.last.index),
    take(1),
    tap(() => replica.send(to, message(TimeoutNow, { term }))),
    ignoreElements(),
  )
  const deadline$ = timer(replica.electionTimeoutMs, clock).pipe(
    inbox.enter(),
    tap(() => replica.tell({ type: 'transfer-failed', to: to.id, reason: 'it did not take over in time' })),
  )
  return defer(() => {
    leadership.transferring = true
    replica.tell({ type: 'transfer-started', to: to.id })
    return merge(caughtUp$, deadline$).pipe(take(1))
  }).pipe(finalize(() => (leadership.transferring = false)))
}

/** Hands the leadership over when asked. It ends by a deadline, and appends go on after one that failed. */
export const transfer$ = (leadership: Leadership): Observable<never> =>
  leadership.replica.handovers.pipe(
    exhaustMap(() => {
      const to = successor(leadership)
      return to === undefined ? of(undefined) : transferTo$(leadership, to)
    }),
    ignoreElements(),
  )
