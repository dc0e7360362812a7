import {
  concat,
  defer,
  exhaustMap,
  filter,
  finalize,
  ignoreElements,
  interval,
  map,
  merge,
  of,
  take,
  tap,
  timer,
  type Observable,
} from 'rxjs'
import { LIMITS } from '../../contracts/limits.js'
import { message, TimeoutNow } from '../../contracts/messages/index.js'
import { preferredTo, successor, type Heir } from '../../rules/succession.js'
import { isRecent } from '../../rules/timing.js'
import type { RosterMember } from '../../rules/roster.js'
import type { Leadership } from './leadership.js'

/** The other voters, as the leader knows them. */
function heirs(leadership: Leadership): readonly Heir[] {
  const { roster, self, parts, electionTimeoutMs } = leadership.replica
  return roster.voters
    .filter(({ id }) => id !== self.id)
    .map(voter => ({
      ...voter,
      isAlive: isRecent(leadership.heardAt(voter.id), parts.clock.now(), electionTimeoutMs),
      match: leadership.progressOf(voter.id)?.match ?? 0,
    }))
}

/** Waits until the successor has all, tells it to begin, and gives it an election timeout (section 3.10). */
function transferTo$(leadership: Leadership, to: RosterMember): Observable<unknown> {
  const { replica, term } = leadership
  const { clock, inbox, log } = replica.parts
  const caughtUp$ = concat(of(undefined), inbox.settled$).pipe(
    filter(() => leadership.progressOf(to.id)?.match === log.last.index),
    take(1),
    tap(() => {
      leadership.hasNoLease = true
      replica.send(to, message(TimeoutNow, { term }))
    }),
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

/** Whoever it is asked to hand over to, if that is a voter, or who takes over best. */
const asked$ = (leadership: Leadership): Observable<RosterMember | undefined> =>
  leadership.replica.handovers.pipe(
    map(({ to }) => {
      const all = heirs(leadership)
      const heir = to === undefined ? successor(all) : all.find(({ id }) => id === to)
      const reason = 'no voter that could take over answers'
      if (heir === undefined) leadership.replica.tell({ type: 'transfer-failed', to: to ?? '', reason })
      return heir
    }),
  )

/** From time to time whoever is preferred to this leader, where there is one. */
const preferred$ = (leadership: Leadership): Observable<RosterMember | undefined> => {
  const { replica } = leadership
  const { inbox, clock } = replica.parts
  return interval(LIMITS.preferenceTimeouts * replica.electionTimeoutMs, clock).pipe(
    inbox.enter(),
    filter(() => leadership.isEstablished),
    map(() => {
      const own = replica.roster.voters.find(({ id }) => id === replica.self.id)
      return own && preferredTo(own, heirs(leadership), replica.commit)
    }),
  )
}

/**
 * Hands the leadership over when asked, and to whoever is preferred. It ends by a deadline, and appends go on after one
 * that failed.
 */
export const transfer$ = (leadership: Leadership): Observable<never> =>
  merge(asked$(leadership), preferred$(leadership)).pipe(
    filter(to => to !== undefined),
    exhaustMap(to => transferTo$(leadership, to)),
    ignoreElements(),
  )
