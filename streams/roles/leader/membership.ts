import { filter, ignoreElements, map, merge, scan, type Observable } from 'rxjs'
import { LIMITS } from '../../contracts/limits.js'
import type { ChangeReplyVerdict, ChangeRoster } from '../../contracts/messages/index.js'
import { isKayakError } from '../../contracts/errors.js'
import { decodeRoster, encodeRoster } from '../../contracts/roster-codec.js'
import type { Replica } from '../../replica/replica.js'
import { disagreement } from '../../rules/agreement.js'
import { catchUp, type CatchUp } from '../../rules/catch-up.js'
import {
  changeRoster,
  leaveJoint,
  mayChange,
  mustLeaveJoint,
  type RosterChange,
  type RosterStep,
} from '../../rules/membership.js'
import { isRecent } from '../../rules/timing.js'
import { clusterVersion, isMember, isVoter, members, type Roster, type RosterMember } from '../../rules/roster.js'
import type { Received, Sender } from '../../sources/inbound.js'
import type { Transition } from '../transition.js'
import type { Leadership } from './leadership.js'
import { replyToChange, type ChangeReplyFields } from '../change-reply.js'
import { placing } from './proposals.js'

/**
 * A change that waits for its turn, until when it waits for those whom it promotes, and whom to tell. Promotions by
 * themselves are the leader's own.
 */
interface Pending {
  readonly change: RosterChange
  readonly from: Sender | undefined
  readonly id: string
  readonly until: number
}

interface Membership {
  readonly pending: readonly Pending[]
  readonly rounds: ReadonlyMap<string, CatchUp>
}

/** A roster as bytes; nothing for one that members would refuse, since what is in the log can't be taken back. */
function soundRoster(roster: Roster): Uint8Array | undefined {
  const payload = encodeRoster(roster)
  try {
    decodeRoster(payload)
    return payload
  } catch (error) {
    if (isKayakError(error)) return undefined
    throw error
  }
}

function appendRoster(replica: Replica, payload: Uint8Array): void {
  replica.append([placing(replica)({ kind: 'roster', session: '', number: 0, payload })])
}

const nextIndex = ({ parts }: Replica): number => parts.log.last.index + 1

/** Who may not be able to read what is replicated once the cluster has gone on to a later version, if anybody. */
function olderThan(replica: Replica, next: Roster): RosterMember | undefined {
  const version = clusterVersion(next.settings)
  if (version <= clusterVersion(replica.roster.settings)) return undefined
  return members(next).find(({ id }) => !replica.isSpokenBy(id, version))
}

/** Carries out a change that waits, and says whether it is settled. One is done once it has committed. */
function carryOut({ replica }: Leadership, { change, from, id }: Pending): boolean {
  const judged = changeRoster(replica.roster, change, nextIndex(replica))
  const tell = (fields: ChangeReplyFields): boolean => {
    if (from !== undefined) replyToChange(replica, from, id, fields)
    return true
  }
  switch (judged.verdict) {
    case 'change': {
      if (replica.parts.budgets.exceeds('members', members(judged.roster).length, LIMITS.members))
        return tell({ verdict: 'full' })
      const older = olderThan(replica, judged.roster)
      if (older !== undefined) return tell({ verdict: 'older-member', by: older.id })
      const payload = soundRoster(judged.roster)
      if (payload === undefined) return tell({ verdict: 'invalid' })
      appendRoster(replica, payload)
      return false
    }
    case 'address-taken':
      return tell({ verdict: 'address-taken', by: judged.by })
    case 'not-member':
      return tell({ verdict: 'not-member', by: judged.id })
    case 'contradiction':
    case 'older-version':
      return tell({ verdict: 'invalid' })
    case 'last-voter':
    case 'conflict':
    case 'done':
      return tell({ verdict: judged.verdict })
  }
}

/** How far each learner has caught up (section 4.2.1). */
interface Learning {
  readonly id: string
  readonly staysLearner: boolean
  readonly caughtUp: boolean
  readonly round: CatchUp
}

function learning(leadership: Leadership, rounds: Membership['rounds']): readonly Learning[] {
  const { roster, parts, electionTimeoutMs } = leadership.replica
  return roster.learners.map(({ id, staysLearner = false }) => {
    const match = leadership.progressOf(id)?.match ?? 0
    const step = catchUp(rounds.get(id), match, parts.log.last.index, parts.clock.now(), electionTimeoutMs)
    // who has all and is gone would be a voter that nothing can commit without
    const isAlive = isRecent(leadership.progressOf(id)?.heardAt, parts.clock.now(), electionTimeoutMs)
    return { id, staysLearner, ...step, caughtUp: step.caughtUp && isAlive }
  })
}

/** Whether all whom a change promotes have caught up, and answer: a voter that lacks much would hold up commits. */
const isReady = ({ change }: Pending, learners: readonly Learning[]): boolean =>
  change.steps.every(
    step => step.type !== 'promote' || learners.every(({ id, caughtUp }) => id !== step.id || caughtUp),
  )

/** Gives up on promotions that have waited for too long. */
function withoutLate({ replica }: Leadership, pending: readonly Pending[], learners: readonly Learning[]) {
  return pending.filter(one => {
    if (isReady(one, learners) || replica.parts.clock.now() < one.until) return true
    if (one.from !== undefined) replyToChange(replica, one.from, one.id, { verdict: 'not-caught-up' })
    return false
  })
}

const AT_REST: Membership = { pending: [], rounds: new Map() }

/** Whether nobody asks for anything, learns, or is on the way out: as it is nearly always. */
const isAtRest = ({ learners, outgoing }: Roster, { pending }: Membership): boolean =>
  learners.length === 0 && outgoing.length === 0 && pending.length === 0

function step(leadership: Leadership, before: Membership): Membership {
  const { replica, firstIndex } = leadership
  if (isAtRest(replica.roster, before)) return AT_REST
  const learners = learning(leadership, before.rounds)
  const own = learners
    .filter(({ staysLearner, caughtUp }) => caughtUp && !staysLearner)
    .map(
      ({ id }) => ({ change: { steps: [{ type: 'promote', id }] }, from: undefined, id: '', until: Infinity }) as const,
    )
  let waiting: readonly Pending[] = [...withoutLate(leadership, before.pending, learners), ...own]
  // who takes over must have all of the log, and what is appended now would keep it from being elected
  while (!leadership.transferring && mayChange(replica.roster, replica.commit, firstIndex)) {
    const first = waiting.find(one => isReady(one, learners))
    if (first === undefined || !carryOut(leadership, first)) break
    waiting = waiting.filter(one => one !== first)
  }
  if (!leadership.transferring && mustLeaveJoint(replica.roster, replica.commit, firstIndex))
    appendRoster(replica, encodeRoster(leaveJoint(replica.roster, nextIndex(replica))))
  const pending = waiting.filter(({ from }) => from !== undefined)
  return { pending, rounds: new Map(learners.map(({ id, round }) => [id, round])) }
}

const isSameChange = (one: RosterChange, other: RosterChange): boolean =>
  JSON.stringify([one.steps, one.ifIndex]) === JSON.stringify([other.steps, other.ifIndex])

/** Who is no member may ask only to become one, and to be none any more: one that was removed changes nothing of the rest. */
const mayAsk = (replica: Replica, id: string, steps: readonly RosterStep[]): boolean =>
  isMember(replica.roster, id) ||
  replica.isMemberOfCommitted(id) ||
  steps.every(step => (step.type === 'add' || step.type === 'remove') && step.id === id)

function add(
  replica: Replica,
  before: Membership,
  { from, message: asked, steps }: Received<ChangeRoster>,
): Membership {
  const change = { steps, ifIndex: asked.ifIndex }
  const isAgain = (one: Pending): boolean => one.from?.id === from.id && isSameChange(one.change, change)
  const others = before.pending.filter(one => !isAgain(one))
  // what is refused now must not be made because it was asked for before
  const decline = (verdict: ChangeReplyVerdict, by?: string): Membership => {
    replyToChange(replica, from, asked.id, { verdict, ...(by !== undefined && { by }) })
    return { ...before, pending: others }
  }
  if (!mayAsk(replica, from.id, steps)) return decline('not-member', from.id)
  const { settings } = replica.roster
  const { speaks = Infinity } = asked
  if (disagreement(settings, asked) !== undefined || speaks < clusterVersion(settings)) return decline('disagrees')
  const patienceMs = LIMITS.catchUpTimeouts * replica.electionTimeoutMs - (asked.waitedMs ?? 0)
  const until = replica.parts.clock.now() + Math.min(patienceMs, asked.withinMs ?? Infinity)
  if (replica.parts.budgets.exceeds('changes', others.length + 1, LIMITS.members)) return decline('busy')
  return { ...before, pending: [...others, { change, from, id: asked.id, until }] }
}

/** A leader that the committed roster no longer has gives up once it has committed that (section 4.2.2). */
const removed$ = ({ replica, term }: Leadership): Observable<Transition> =>
  replica.parts.inbox.settled$.pipe(
    filter(() => replica.roster.index <= replica.commit && !isVoter(replica.roster, replica.self.id)),
    map(() => ({ to: 'follower', term, leader: undefined, why: 'removed' })),
  )

/**
 * Changes of the roster, one at a time (section 4): each is appended once the one before, and an entry of the leader's
 * own term, have committed, and answered when it has committed itself. Asking again finds it done. A joint roster is
 * followed by its new half alone once it has committed, whoever leads by then.
 */
export function membership$(leadership: Leadership): Observable<Transition> {
  const { replica } = leadership
  const asked$ = replica.messages
    .ofType('change-roster')
    .pipe(filter(({ message: { id } }) => !replica.changesAsked.isLate(id)))
  const changes$ = merge(asked$, replica.parts.inbox.settled$).pipe(
    scan(
      (membership, event): Membership =>
        event === undefined ? step(leadership, membership) : add(replica, membership, event),
      AT_REST,
    ),
    ignoreElements(),
  )
  return merge(changes$, removed$(leadership))
}
