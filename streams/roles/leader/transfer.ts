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
import { HandOverReply, message, TimeoutNow } from '../../contracts/messages/index.js'
import { preferredTo, successor, type Heir } from '../../rules/succession.js'
import { isRecent } from '../../rules/timing.js'
import { isMember, type RosterMember } from '../../rules/roster.js'
import { current$ } from '../terms.js'
import type { Asker, FailedHandover, LeaderHandover, Leadership } from './leadership.js'

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

/** Of the rounds between two looks at who is preferred. */
const MOST_DOUBLINGS = 6
/** Of those that share in one hand-over: who is forgotten asks again. */
const MOST_ASKERS = 64

/** To whom the leadership is to go, and who wants that, but for this leader itself. */
interface Wanted {
  readonly to: RosterMember
  readonly asker?: Asker
  /** Whether the leader stays where it would not be elected. */
  readonly gently?: boolean
}

/** Tells of a hand-over that has failed, and who was told to stand, if anybody was. */
function fail(leadership: Leadership, to: string | undefined, failed: FailedHandover): void {
  const { askers, reason } = failed
  leadership.failedHandover = failed
  leadership.replica.tell({ type: 'transfer-failed', to: to ?? '', reason })
  for (const asker of askers) tellFailed(leadership, failed, asker)
}

const tellFailed = ({ replica }: Leadership, { told, reason }: FailedHandover, { from, id }: Asker): void =>
  replica.send(from, message(HandOverReply, { id, to: told, reason }))

/** Waits until the successor has all, tells it to begin, and gives it an election timeout (section 3.10). */
function transferTo$(leadership: Leadership, { to, asker, gently }: Wanted): Observable<unknown> {
  const { replica, term } = leadership
  const { clock, inbox, log } = replica.parts
  const caughtUp$ = concat(of(undefined), inbox.settled$).pipe(
    filter(() => leadership.progressOf(to.id)?.match === log.last.index),
    take(1),
    tap(() => {
      leadership.hasNoLease = true
      replica.send(to, message(TimeoutNow, { term, ...(gently !== undefined && { gently }) }))
    }),
    ignoreElements(),
  )
  const deadline$ = timer(replica.electionTimeoutMs, clock).pipe(
    inbox.enter(),
    tap(() => {
      const { askers = [] } = leadership.handover ?? {}
      fail(leadership, to.id, { askers, told: to.id, reason: 'it did not take over in time' })
    }),
  )
  return defer(() => {
    leadership.handover = { to: to.id, askers: asker === undefined ? [] : [asker] }
    replica.tell({ type: 'transfer-started', to: to.id })
    return merge(caughtUp$, deadline$).pipe(take(1))
  }).pipe(finalize(() => (leadership.handover = undefined)))
}

function wanted(leadership: Leadership, to: string | undefined, asker?: Asker): Wanted | undefined {
  const all = heirs(leadership)
  const heir = to === undefined ? successor(all) : all.find(({ id }) => id === to)
  if (heir !== undefined) return { to: heir, ...(asker !== undefined && { asker }) }
  const askers = asker === undefined ? [] : [asker]
  fail(leadership, to, { askers, told: undefined, reason: 'no voter that could take over answers' })
  return undefined
}

/** Who asks while somebody takes over shares in that, if it is all the same to it; otherwise it needn't wait for its end. */
function askedMeanwhile(leadership: Leadership, handover: LeaderHandover, asker: Asker, to: string | undefined): void {
  const { from, id } = asker
  if (handover.askers.some(other => other.id === id)) return
  if (to === undefined || to === handover.to)
    leadership.handover = { ...handover, askers: [...handover.askers, asker].slice(-MOST_ASKERS) }
  else {
    const reason = `member ${handover.to} takes over now`
    leadership.replica.send(from, message(HandOverReply, { id, to: undefined, reason, busy: true }))
  }
}

/** Whoever it is asked to hand over to, by this member as it stops or by another, or who takes over best. */
const asked$ = (leadership: Leadership): Observable<Wanted | undefined> => {
  const { replica } = leadership
  const others$ = current$(replica, 'hand-over').pipe(
    filter(({ from, message: { to } }) => isMember(replica.roster, from.id) && to !== replica.self.id),
    map(({ from, message: { to, id } }) => {
      const { handover, failedHandover } = leadership
      if (failedHandover?.askers.some(asker => asker.id === id) === true) {
        tellFailed(leadership, failedHandover, { from, id })
        return undefined
      }
      if (handover === undefined) return wanted(leadership, to, { from, id })
      askedMeanwhile(leadership, handover, { from, id }, to)
      return undefined
    }),
  )
  return merge(replica.handovers.pipe(map(({ to }) => wanted(leadership, to))), others$)
}

/** Lets those who were tried in vain be tried again, after twice as many rounds each time: appends wait meanwhile. */
function rarely(): (wanted: Wanted) => boolean {
  const tried = new Map<string, { readonly times: number; readonly skips: number }>()
  return ({ to: { id } }) => {
    const { times, skips } = tried.get(id) ?? { times: 0, skips: 0 }
    const isDue = skips === 0
    tried.set(
      id,
      isDue ? { times: times + 1, skips: 2 ** Math.min(times, MOST_DOUBLINGS) - 1 } : { times, skips: skips - 1 },
    )
    return isDue
  }
}

/** From time to time whoever is preferred to this leader, where there is one. */
const preferred$ = (leadership: Leadership): Observable<Wanted | undefined> => {
  const { replica } = leadership
  const { inbox, clock } = replica.parts
  return interval(LIMITS.preferenceTimeouts * replica.electionTimeoutMs, clock).pipe(
    inbox.enter(),
    filter(() => leadership.isEstablished),
    map(() => {
      const own = replica.roster.voters.find(({ id }) => id === replica.self.id)
      const to = own && preferredTo(own, heirs(leadership), replica.commit)
      return to && { to, gently: true }
    }),
    filter(one => one !== undefined),
    filter(rarely()),
  )
}

/**
 * Hands the leadership over when asked, and to whoever is preferred. It ends by a deadline, and appends go on after one
 * that failed.
 */
export const transfer$ = (leadership: Leadership): Observable<never> =>
  merge(asked$(leadership), preferred$(leadership)).pipe(
    filter(one => one !== undefined),
    exhaustMap(one => transferTo$(leadership, one)),
    ignoreElements(),
  )
