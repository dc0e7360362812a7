import { filter, ignoreElements, map, merge, scan, type Observable } from 'rxjs'
import { LIMITS } from '../../contracts/limits.js'
import type { ChangeReplyVerdict, ChangeRoster } from '../../contracts/messages/index.js'
import { isKayakError } from '../../contracts/errors.js'
import { decodeRoster, encodeRoster } from '../../contracts/roster-codec.js'
import type { Replica } from '../../replica/replica.js'
import { disagreement } from '../../rules/agreement.js'
import { catchUp, type CatchUp } from '../../rules/catch-up.js'
import { changeRoster, mayChange, type RosterChange } from '../../rules/membership.js'
import { isVoter, members, type Roster } from '../../rules/roster.js'
import type { Received, Sender } from '../../sources/inbound.js'
import type { Transition } from '../transition.js'
import type { Leadership } from './leadership.js'
import { replyToChange, type ChangeReplyFields } from '../change-reply.js'
import { placed } from './proposals.js'

/** A change that waits for its turn, and whom to tell. Promotions are the leader's own. */
interface Pending {
  readonly change: RosterChange
  readonly from: Sender | undefined
  readonly id: string
}

interface Membership {
  readonly pending: readonly Pending[]
  readonly rounds: ReadonlyMap<string, CatchUp>
}

const changeOf = ({ change, memberId, address }: ChangeRoster): RosterChange | undefined => {
  if (change === 'remove') return { type: 'remove', id: memberId }
  return address === undefined ? undefined : { type: 'add', id: memberId, address }
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
  replica.append(placed(replica, [{ kind: 'roster', session: '', number: 0, payload }]))
}

/** Carries out the first change that waits, and says whether it is settled. A change is done once it has committed. */
function carryOut({ replica }: Leadership, { change, from, id }: Pending): boolean {
  const judged = changeRoster(replica.roster, change, replica.parts.log.last.index + 1)
  const tell = (fields: ChangeReplyFields): boolean => {
    if (from !== undefined) replyToChange(replica, from, id, fields)
    return true
  }
  switch (judged.verdict) {
    case 'change': {
      if (members(judged.roster).length > LIMITS.members) return tell({ verdict: 'busy' })
      const payload = soundRoster(judged.roster)
      if (payload === undefined) return tell({ verdict: 'invalid' })
      appendRoster(replica, payload)
      return false
    }
    case 'address-taken':
      return tell({ verdict: 'address-taken', by: judged.by })
    case 'last-voter':
      return tell({ verdict: 'last-voter' })
    case 'done':
    case 'not-member':
      return tell({ verdict: 'done' })
  }
}

/** Learners that have caught up are to be promoted (section 4.2.1). */
function promotions(leadership: Leadership, rounds: ReadonlyMap<string, CatchUp>): Membership {
  const { roster, parts, electionTimeoutMs } = leadership.replica
  const steps = roster.learners.map(({ id }) => {
    const match = leadership.progressOf(id)?.match ?? 0
    const step = catchUp(rounds.get(id), match, parts.log.last.index, parts.clock.now(), electionTimeoutMs)
    return { id, ...step }
  })
  const promoted = steps.filter(step => step.caughtUp)
  return {
    pending: promoted.map(({ id }) => ({ change: { type: 'promote', id }, from: undefined, id: '' })),
    rounds: new Map(steps.map(({ id, round }) => [id, round])),
  }
}

function step(leadership: Leadership, before: Membership): Membership {
  const { replica } = leadership
  const { pending: caughtUp, rounds } = promotions(leadership, before.rounds)
  let waiting = [...before.pending, ...caughtUp]
  // who takes over must have all of the log, and what is appended now would keep it from being elected
  while (!leadership.transferring && mayChange(replica.roster, replica.commit, leadership.firstIndex)) {
    const [first, ...rest] = waiting
    if (first === undefined || !carryOut(leadership, first)) break
    waiting = rest
  }
  const pending = waiting.filter(({ from }) => from !== undefined)
  return { pending, rounds }
}

function add(replica: Replica, before: Membership, { from, message: asked }: Received<ChangeRoster>): Membership {
  const decline = (verdict: ChangeReplyVerdict): Membership => {
    replyToChange(replica, from, asked.id, { verdict })
    return before
  }
  const change = changeOf(asked)
  if (change === undefined) return decline('invalid')
  if (disagreement(replica.roster.settings, asked) !== undefined) return decline('disagrees')
  const others = before.pending.filter(one => one.from?.id !== from.id || one.change.id !== change.id)
  if (others.length >= LIMITS.members) return decline('busy')
  return { ...before, pending: [...others, { change, from, id: asked.id }] }
}

/** A leader that the committed roster no longer has gives up once it has committed that (section 4.2.2). */
const removed$ = ({ replica, term }: Leadership): Observable<Transition> =>
  replica.parts.inbox.settled$.pipe(
    filter(() => replica.roster.index <= replica.commit && !isVoter(replica.roster, replica.self.id)),
    map(() => ({ to: 'follower', term, leader: undefined, why: 'removed' })),
  )

/**
 * Changes of the roster, one at a time (section 4.1): each is appended once the one before, and an entry of the
 * leader's own term, have committed, and answered when it has committed itself. Asking again finds it done.
 */
export function membership$(leadership: Leadership): Observable<Transition> {
  const { replica } = leadership
  const asked$ = replica.messages.ofType('change-roster')
  const changes$ = merge(asked$, replica.parts.inbox.settled$).pipe(
    scan(
      (membership, event): Membership =>
        event === undefined ? step(leadership, membership) : add(replica, membership, event),
      { pending: [], rounds: new Map() } satisfies Membership,
    ),
    ignoreElements(),
  )
  return merge(changes$, removed$(leadership))
}
