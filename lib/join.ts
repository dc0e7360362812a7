import { ReplaySubject } from 'rxjs'
import { KayakError } from '../streams/contracts/errors.js'
import type { Host, Payload } from '../streams/contracts/host.js'
import type { Identity, Opened } from '../streams/contracts/storage.js'
import type { RosterMember } from '../streams/rules/roster.js'
import { parsePeer } from './host/address.js'
import { askToJoin$ } from './host/ask-to-join.js'
import { when$ } from './host/host.js'
import { meet$ } from './host/meet.js'
import { listen, listenAgain, newIdentity, openStorage, run } from './host/open-host.js'
import { opening, type Opening } from './host/opening.js'
import { resolveOptions, type Options } from './host/options.js'
import { stopOnAbort } from './host/stop-on-abort.js'
import type { Member } from './member/member.js'

const parsePeers = (peers: unknown): readonly string[] => {
  if (Array.isArray(peers) && peers.length > 0) return peers.map(peer => parsePeer(peer))
  throw new KayakError('KAYAK_INVALID', 'The peers are a list of at least one address of the cluster to join.')
}

/** Asks to be let in, and writes down which cluster it is. */
async function enter<T>(opening: Opening<T>, identity: Identity, peers: readonly string[]): Promise<Identity> {
  const { options } = opening
  const { storage, transport, clock, random, asLearner } = options
  const { memberId, advertise: address } = identity
  await opening.done(storage.saveIdentity(identity), 'The disk has not taken in the new member')
  const { electionTimeoutMs, heartbeatMs, leaseMs, clockBoundMs } = options
  const wishes = { electionTimeoutMs, heartbeatMs, leaseMs, clockBoundMs }
  const admitted$ = askToJoin$({ memberId, address, wishes, asLearner, peers, transport, clock, random })
  const admission = await opening.first(admitted$, `None of ${peers.join(', ')} has let this member in`)
  const joined = { ...identity, clusterId: admission.clusterId }
  await opening.done(storage.saveIdentity(joined), 'The disk has not taken in which cluster this member is of')
  transport.identify(admission.clusterId)
  return joined
}

/** Whether a member has applied the roster that makes it what it was to become: a voter, or a learner that stays one. */
const hasArrived = ({ replica }: Member): boolean => {
  const { index, voters, learners } = replica.committedRoster
  const isOwn = ({ id }: RosterMember): boolean => id === replica.self.id
  const isLearner = learners.some(learner => isOwn(learner) && learner.staysLearner === true)
  return replica.applied >= index && (voters.some(isOwn) || isLearner)
}

interface Running<T> {
  readonly member: Member
  readonly host: Host<T>
}

/** What a member that already runs waits for; it is stopped if that fails. */
async function orStop<T>({ host }: Running<T>, work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    await host.stop()
    throw error
  }
}

/** Waits until a member that was let in has caught up, and votes if it is to, and writes that down. */
async function untilArrived<T>(opening: Opening<T>, running: Running<T>, identity: Identity): Promise<Host<T>> {
  const { member } = running
  const arrived$ = when$(member, () => hasArrived(member))
  const saved$ = member.saveIdentity({ ...identity, standing: 'member' })
  const joining = async (): Promise<void> => {
    const late = 'This member was let in, and goes on if it joins again, but has not caught up'
    await opening.first(arrived$, late, 'KAYAK_NOT_CAUGHT_UP')
    await opening.done(saved$, 'This member has caught up, but the disk has not taken that in')
  }
  await orStop(running, joining())
  return running.host
}

async function asNew<T>(opening: Opening<T>, opened: Opened, peers: readonly string[]): Promise<Host<T>> {
  const known = await listen(opening, opened.identity ?? newIdentity(opening.options, undefined))
  const identity = await enter(opening, known, peers)
  return untilArrived(opening, await run(opening, opened, identity, peers), identity)
}

/**
 * Goes on as the member that the folder has, unless the peers are of another cluster; one that was let in and is no
 * voter yet goes on joining.
 */
async function asBefore<T>(
  opening: Opening<T>,
  opened: Opened,
  known: Identity,
  peers: readonly string[],
): Promise<Host<T>> {
  const identity = await listenAgain(opening, opened, known)
  const others = peers.filter(peer => peer !== identity.advertise)
  const running = await meetAndRun(opening, opened, identity, others)
  return identity.standing === 'joining' ? untilArrived(opening, running, identity) : running.host
}

/** Runs while it waits for what the peers say, since they may be silent, and others need this member. */
async function meetAndRun<T>(
  opening: Opening<T>,
  opened: Opened,
  identity: Identity,
  others: readonly string[],
): Promise<Running<T>> {
  if (others.length === 0) return run(opening, opened, identity)
  // from before it runs: of a peer that can't be reached a transport tells once
  const met = new ReplaySubject<unknown>(1)
  const meeting = meet$(opening.options, identity.memberId, others, opening.late$).subscribe(met)
  try {
    const running = await run(opening, opened, identity, others)
    await orStop(running, opening.firstUnlessAborted(met))
    return running
  } finally {
    meeting.unsubscribe()
  }
}

/**
 * Joins a cluster.
 *
 * With a new folder the member enters as a learner, catches up and is promoted; it resolves once it is a voter of a
 * committed roster that it has applied, or with `asLearner` a learner of one. With the folder of a member it goes on as
 * that one, as `start` does, and never founds a cluster; it resolves once a peer of its cluster is met, none can be
 * reached, or `joinTimeoutMs` is over. Members that have all moved find each other by `peers`.
 *
 * @param address as of `start`.
 * @param peers addresses of some members of the cluster; one that is up is enough.
 * @throws {@link KayakError} as `start`; `KAYAK_TIMEOUT` also when nobody lets it in; `KAYAK_NOT_CAUGHT_UP` when it
 * was let in and has not caught up in time: it goes on when it joins again. `KAYAK_OTHER_CLUSTER`, `KAYAK_NOT_AUTHORIZED`.
 */
export async function join<T = Payload>(address: string, peers: string[], options?: Options<T>): Promise<Host<T>> {
  const resolved = resolveOptions(address, options)
  const others = parsePeers(peers)
  const host = await opening(resolved, async begun => {
    const opened = await openStorage(begun)
    const { identity } = opened
    if (identity?.standing === 'founding')
      throw new KayakError('KAYAK_INVALID', 'The folder is of a member that founds a cluster; call start() again.')
    return identity?.clusterId === undefined ? asNew(begun, opened, others) : asBefore(begun, opened, identity, others)
  })
  return stopOnAbort(host, resolved.signal)
}
