import { defer, filter, ignoreElements, interval, map, merge, startWith, take, tap, withLatestFrom } from 'rxjs'
import type { Observable } from 'rxjs'
import type { Replica } from '../../streams/replica/replica.js'
import { tellRemoval } from '../../streams/roles/inquiry.js'
import { formerMembers } from '../../streams/rules/roster-history.js'
import { isMember } from '../../streams/rules/roster.js'

/**
 * Before a member stops for good: tells those who were removed before it that they are, for it may be the last one that
 * they can hear it from, and emits once none of them is connected any more. Who knows it stops.
 *
 * ```
 *  present  bc-------b-----
 *  tells    bc---bc---b----
 *  result   --------------x
 * ```
 */
export const farewell$ = (replica: Replica, present$: Observable<ReadonlySet<string>>): Observable<unknown> =>
  defer(() => {
    const { clock, inbox, heartbeatMs } = replica.parts
    // those removed later wait for this one, and others tell them
    const own = replica.rosters.findLast(roster => isMember(roster, replica.self.id))
    const former = formerMembers(replica.rosters, Math.min(replica.commit, own?.index ?? 0))
    const unaware$ = present$.pipe(map(present => former.filter(({ id }) => present.has(id))))
    const telling$ = interval(heartbeatMs, clock).pipe(
      startWith(0),
      withLatestFrom(unaware$),
      inbox.enter(),
      tap(([, unaware]) => unaware.forEach(member => tellRemoval(replica, member))),
      ignoreElements(),
    )
    return merge(unaware$.pipe(filter(unaware => unaware.length === 0)), telling$).pipe(take(1))
  })
