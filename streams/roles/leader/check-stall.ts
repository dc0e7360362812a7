import { filter, map, type Observable } from 'rxjs'
import { isQuorum } from '../../rules/quorum.js'
import { stalls$ } from '../../sources/stalls.js'
import type { Transition } from '../transition.js'
import type { Leadership } from './leadership.js'

/**
 * A leader whose event loop was held for an election timeout gives up as soon as it goes on: others may lead by now, and
 * who keeps callers waiting once may do so again. One that is a quorum alone stays, for there is nobody else.
 *
 * ```
 *  beats   b--b--b-----------b
 *  result  ------------------(f|     f: follower
 * ```
 */
export function checkStall$({ replica, term }: Leadership): Observable<Transition> {
  const { clock, inbox } = replica.parts
  return stalls$(replica.heartbeatMs, () => replica.electionTimeoutMs, clock).pipe(
    inbox.enter(),
    filter(() => !isQuorum(replica.roster, id => id === replica.self.id)),
    map(() => ({ to: 'follower', term, leader: undefined, why: 'stalled' })),
  )
}
