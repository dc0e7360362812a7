import { filter, interval, map, type Observable } from 'rxjs'
import { isQuorum } from '../../rules/quorum.js'
import { isHanging } from '../../rules/timing.js'
import type { Transition } from '../transition.js'
import type { Leadership } from './leadership.js'

/** Whether a write hangs, and others could do without this member. */
const isInTheWay = ({ replica }: Leadership): boolean => {
  const { roster, self, parts, electionTimeoutMs } = replica
  const isAlone = isQuorum(roster, id => id === self.id)
  return !isAlone && isHanging(parts.disk.writingSince, parts.clock.now(), electionTimeoutMs)
}

/**
 * A leader whose disk hangs gives up in bounded time: its heartbeats would go on keeping those from leading whose disks
 * work. One that is a quorum alone stays, for there is nobody else.
 */
export function checkDisk$(leadership: Leadership): Observable<Transition> {
  const { replica, term } = leadership
  const { clock, inbox } = replica.parts
  return interval(replica.electionTimeoutMs / 2, clock).pipe(
    inbox.enter(),
    filter(() => isInTheWay(leadership)),
    map(() => ({ to: 'follower', term, leader: undefined, why: 'disk-hangs' })),
  )
}
