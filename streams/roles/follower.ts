import {
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  of,
  scan,
  share,
  switchMap,
  takeUntil,
  tap,
  timer,
  withLatestFrom,
  type Observable,
} from 'rxjs'
import type { Replica } from '../replica/replica.js'
import { silence$ } from '../sources/silence.js'
import { canvass$ } from './campaign.js'
import { decline$ } from './decline.js'
import { accept, acknowledge, newFollowing } from './following.js'
import { inquireMembership } from './inquiry.js'
import { current$, terms$ } from './terms.js'
import type { Role, Transition } from './transition.js'
import { voting$ } from './voting.js'

/** Takes in entries, and acknowledges them once they are durable (section 3.5). Emits at each message of the leader. */
function entries$(replica: Replica): Observable<unknown> {
  const following$ = current$(replica, 'append-entries').pipe(
    scan((following, received) => accept(replica, following, received), newFollowing()),
    share(),
  )
  const durable$ = replica.parts.disk.wrote$.pipe(
    withLatestFrom(following$),
    tap(([, following]) => acknowledge(replica, following)),
    ignoreElements(),
  )
  return merge(following$, durable$)
}

/** Hands on chunks of a snapshot (section 5.3). Emits at each. */
const snapshots$ = (replica: Replica): Observable<unknown> =>
  current$(replica, 'install-snapshot').pipe(
    filter(({ from }) => replica.standing.leader === undefined || replica.standing.leader.id === from.id),
    tap(received => {
      replica.stand({ leader: received.from, heardAt: replica.parts.clock.now() })
      replica.chunks.next(received)
    }),
  )

/** Whether a quorum would elect this member, which goes on following until that is known; for an election timeout at most. */
const wouldBeElected$ = (replica: Replica): Observable<void> =>
  defer(() => canvass$(replica, { term: replica.standing.term + 1, pre: true, transfer: true })).pipe(
    takeUntil(timer(replica.electionTimeoutMs, replica.parts.clock)),
  )

/** The leader hands over: an election begins at once (section 3.10), or if it would be won. */
const handedOver$ = (replica: Replica): Observable<Transition> =>
  current$(replica, 'timeout-now').pipe(
    filter(() => replica.mayStand),
    switchMap(({ message: { gently = false } }) => (gently ? wouldBeElected$(replica) : of(undefined))),
    map(() => ({ to: 'candidate', why: 'transfer' })),
  )

/** Whoever hears nothing for a timeout has no leader any more; a voter stands for election (section 3.4). */
const timedOut$ = (replica: Replica, heard$: Observable<unknown>): Observable<Transition> =>
  silence$(heard$, () => replica.drawElectionTimeout(), replica.parts.clock).pipe(
    replica.parts.inbox.enter(),
    tap(() => {
      if (replica.mayStand) return
      replica.stand({ leader: undefined })
      inquireMembership(replica)
    }),
    filter(() => replica.mayStand),
    map(() => ({ to: 'candidate', why: 'timeout' })),
  )

/**
 * A follower takes in what its leader sends, votes, and stands for election when it has heard nothing for too long. A
 * learner is a follower that no roster lets vote.
 *
 * ```
 *  messages  --e--e-v-------------
 *  timeout     |      |---T----|
 *  result    ------------------(c|     c: candidate
 * ```
 */
export const follower$: Role = replica => {
  const heard$ = merge(entries$(replica), snapshots$(replica), voting$(replica)).pipe(share())
  return merge(
    terms$(replica),
    decline$(replica),
    heard$.pipe(ignoreElements()),
    handedOver$(replica),
    timedOut$(replica, heard$),
  )
}
