import { filter, interval, map, type Observable } from 'rxjs'
import { isQuorum } from '../../rules/quorum.js'
import { isRecent } from '../../rules/timing.js'
import type { Transition } from '../transition.js'
import type { Leadership } from './leadership.js'

const hearsQuorum = (leadership: Leadership): boolean => {
  const { roster, parts, electionTimeoutMs } = leadership.replica
  const now = parts.clock.now()
  return isQuorum(roster, id => isRecent(leadership.heardAt(id), now, electionTimeoutMs))
}

/**
 * A leader that has not heard a quorum for an election timeout gives up (section 6.2), so that it doesn't keep callers
 * waiting who could be served by another.
 */
export function checkQuorum$(leadership: Leadership): Observable<Transition> {
  const { replica, term } = leadership
  const { clock, inbox } = replica.parts
  return interval(replica.electionTimeoutMs / 2, clock).pipe(
    inbox.enter(),
    filter(() => !hearsQuorum(leadership)),
    map(() => ({ to: 'follower', term, leader: undefined, why: 'no-quorum' })),
  )
}
