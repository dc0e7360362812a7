import { defer, merge, type Observable } from 'rxjs'
import { ignoreElements } from 'rxjs'
import type { Role, Transition } from '../transition.js'
import { terms$ } from '../terms.js'
import { voting$ } from '../voting.js'
import { barriers$ } from './barriers.js'
import { checkDisk$ } from './check-disk.js'
import { checkQuorum$ } from './check-quorum.js'
import { checkStall$ } from './check-stall.js'
import { heartbeats$ } from './heartbeats.js'
import { Leadership } from './leadership.js'
import { membership$ } from './membership.js'
import { placing, proposals$ } from './proposals.js'
import { replication$ } from './replication.js'
import { transfer$ } from './transfer.js'

/**
 * A leader begins its term with an entry of its own (section 6.4), replicates, commits, and leads until it hears of a
 * newer term, has lost its quorum, its disk or its time, or is no member any more.
 *
 * ```
 *  proposals    --p--pp------------
 *  replies      ----r---r-r--------
 *  newer term   ---------------n
 *  result       ---------------(f|     f: follower
 * ```
 */
export const leader$: Role = (replica): Observable<Transition> =>
  defer(() => {
    const leadership = new Leadership(replica)
    replica.append([placing(replica)({ kind: 'noop', session: '', number: 0, payload: new Uint8Array() })])
    return merge(
      // first, so that after a stall its timer is before all others
      checkStall$(leadership),
      terms$(replica),
      voting$(replica).pipe(ignoreElements()),
      replication$(leadership),
      heartbeats$(leadership),
      checkQuorum$(leadership),
      checkDisk$(leadership),
      proposals$(leadership),
      barriers$(leadership),
      membership$(leadership),
      transfer$(leadership),
    )
  })
