import { concat, defer, filter, ignoreElements, map, merge, NEVER, of, switchMap, take, type Observable } from 'rxjs'
import type { Replica } from '../replica/replica.js'
import { silence$ } from '../sources/silence.js'
import { canvass$ } from './campaign.js'
import { decline$ } from './decline.js'
import { current$, terms$ } from './terms.js'
import type { Role, Transition } from './transition.js'
import { voting$ } from './voting.js'

type Why = 'timeout' | 'transfer'

/** Asks whether an election could be won, without raising the term (section 9.6). */
const preVote$ = (replica: Replica, why: Why): Observable<void> =>
  defer(() => {
    const term = replica.standing.term + 1
    replica.tell({ type: 'election-started', term, phase: 'pre-vote', why })
    return canvass$(replica, { term, pre: true, transfer: false })
  })

/** Emits once this member's term and vote are durable. */
const voteIsDurable$ = (replica: Replica): Observable<unknown> =>
  concat(of(undefined), replica.parts.disk.wrote$).pipe(
    filter(() => !replica.parts.disk.voteWaits),
    take(1),
  )

/** Raises the term, votes for itself, and asks the others once that is on disk (section 3.4). */
const election$ = (replica: Replica, why: Why): Observable<void> =>
  defer(() => {
    const term = replica.standing.term + 1
    replica.tell({ type: 'election-started', term, phase: 'vote', why })
    replica.stand({ term, vote: replica.self.id })
    return voteIsDurable$(replica).pipe(
      switchMap(() => canvass$(replica, { term, pre: false, transfer: why === 'transfer' })),
    )
  })

/** Someone else has won this term. */
const leaderFound$ = (replica: Replica): Observable<Transition> =>
  merge(current$(replica, 'append-entries'), current$(replica, 'install-snapshot')).pipe(
    map(received => ({
      to: 'follower',
      term: replica.standing.term,
      leader: received.from,
      why: 'leader-found',
      message: received,
    })),
  )

/** An election without a winner is begun anew after another draw. */
const timedOut$ = (replica: Replica): Observable<Transition> =>
  silence$(NEVER, () => replica.drawElectionTimeout(), replica.parts.clock).pipe(
    replica.parts.inbox.enter(),
    map(() => ({ to: 'candidate', why: 'timeout' })),
  )

/**
 * A candidate asks for pre-votes, then for votes, and leads once a quorum has granted them. One that was handed the
 * leadership asks for votes at once.
 *
 * ```
 *  pre-votes  ---y--y
 *  votes             ---y---y
 *  result     --------------(l|     l: leader
 * ```
 */
export const candidate$: Role = (replica, entered) => {
  const why = entered.to === 'candidate' ? entered.why : 'timeout'
  const electable$ = why === 'transfer' ? of(undefined) : preVote$(replica, why)
  const won$ = electable$.pipe(
    switchMap(() => election$(replica, why)),
    map((): Transition => ({ to: 'leader' })),
  )
  return merge(
    terms$(replica),
    decline$(replica),
    voting$(replica).pipe(ignoreElements()),
    leaderFound$(replica),
    timedOut$(replica),
    won$,
  )
}
