import { firstValueFrom, filter, map, merge, take, timer } from 'rxjs'
import { KayakError } from '../streams/contracts/errors.js'
import type { Host, Payload } from '../streams/contracts/host.js'
import { inquiry } from './host/inquiry.js'
import type { Identity, Opened } from '../streams/contracts/storage.js'
import { aborted$ } from './host/aborted.js'
import { parsePeer } from './host/address.js'
import { askToJoin$ } from './host/ask-to-join.js'
import { when$ } from './host/host.js'
import { checkAgreement, listen, newIdentity, opening, openStorage, run } from './host/open-host.js'
import { resolveOptions, type Options, type Resolved } from './host/options.js'
import { settled } from './host/settled.js'
import { stopOnAbort } from './host/stop-on-abort.js'
import type { Member } from './member/member.js'

const parsePeers = (peers: unknown): readonly string[] => {
  if (Array.isArray(peers) && peers.length > 0) return peers.map(peer => parsePeer(peer))
  throw new KayakError('KAYAK_INVALID', 'The peers are a list of at least one address of the cluster to join.')
}

const late = (peers: readonly string[], what: string): KayakError =>
  new KayakError('KAYAK_TIMEOUT', `${what} Asked: ${peers.join(', ')}.`, { outcome: 'unknown' })

/** Asks to be let in, and writes down which cluster it is. */
async function enter<T>(options: Resolved<T>, identity: Identity, peers: readonly string[]): Promise<Identity> {
  const { storage, transport, clock, random, joinTimeoutMs, signal } = options
  const { memberId, advertise: address } = identity
  await settled(storage.saveIdentity(identity))
  const admitted$ = askToJoin$({ memberId, address, peers, transport, clock, random })
  const late$ = timer(joinTimeoutMs, clock).pipe(map(() => undefined))
  const admission = await firstValueFrom(merge(admitted$, late$, aborted$(signal)).pipe(take(1)))
  if (admission === undefined) throw late(peers, `Nobody let this member in within ${String(joinTimeoutMs)} ms.`)
  checkAgreement(options, admission.electionTimeoutMs)
  const joined = { ...identity, clusterId: admission.clusterId }
  await settled(storage.saveIdentity(joined))
  transport.identify(admission.clusterId)
  return joined
}

const isVoterOfApplied = ({ replica }: Member): boolean => {
  const roster = replica.committedRoster
  return replica.applied >= roster.index && roster.voters.some(voter => voter.id === replica.self.id)
}

interface Running<T> {
  readonly member: Member
  readonly host: Host<T>
}

/** Waits until a member that was let in has caught up and votes, and writes that down. */
async function untilVoter<T>(
  { clock, signal }: Resolved<T>,
  { member, host }: Running<T>,
  identity: Identity,
  peers: readonly string[],
  deadline: number,
): Promise<Host<T>> {
  const late$ = timer(Math.max(0, deadline - clock.now()), clock).pipe(
    map(() => {
      throw late(peers, 'This member was let in, but has not caught up in time; join again with its folder to go on.')
    }),
  )
  const votes$ = when$(member, () => isVoterOfApplied(member))
  try {
    await firstValueFrom(merge(votes$, late$, aborted$(signal)))
    await settled(member.saveIdentity({ ...identity, standing: 'member' }))
  } catch (error) {
    await host.stop()
    throw error
  }
  return host
}

async function asNew<T>(options: Resolved<T>, opened: Opened, peers: readonly string[]): Promise<Host<T>> {
  const deadline = options.clock.now() + options.joinTimeoutMs
  const known = await listen(options, opened.identity ?? newIdentity(options, undefined))
  const identity = await enter(options, known, peers)
  return untilVoter(options, await run(options, opened, identity), identity, peers, deadline)
}

/**
 * Goes on as the member that the folder has, unless the peers are of another cluster; one that was let in and is no
 * voter yet goes on joining.
 */
async function asBefore<T>(
  options: Resolved<T>,
  opened: Opened,
  known: Identity,
  peers: readonly string[],
): Promise<Host<T>> {
  const deadline = options.clock.now() + options.joinTimeoutMs
  const identity = await listen(options, known)
  const others = peers.filter(peer => peer !== identity.advertise)
  if (others.length > 0) await meet(options, identity, others)
  const running = await run(options, opened, identity)
  return identity.standing === 'joining' ? untilVoter(options, running, identity, peers, deadline) : running.host
}

/** Waits a little for one of the peers to answer, and refuses the folder if they say that it is of another cluster. */
async function meet<T>(
  { transport, clock, signal }: Resolved<T>,
  { memberId }: Identity,
  others: readonly string[],
): Promise<void> {
  const refused$ = transport.notices$.pipe(
    filter(notice => notice.type === 'peer-refused' && notice.code === 'KAYAK_OTHER_CLUSTER'),
    map(() => {
      throw new KayakError('KAYAK_OTHER_CLUSTER', `The folder is of another cluster than ${others.join(', ')}.`)
    }),
  )
  const met$ = transport.notices$.pipe(filter(notice => notice.type === 'peer-up'))
  const answered = firstValueFrom(merge(refused$, met$, timer(MEETING_MS, clock), aborted$(signal)))
  for (const address of others) transport.send({ id: undefined, address }, inquiry(memberId))
  await answered
}

const MEETING_MS = 1000

/**
 * Joins a cluster.
 *
 * With a new folder the member enters as a learner, catches up and is promoted; it resolves once it is a voter of a
 * committed roster that it has applied. With the folder of a member it goes on as that one, as `start` does, and never
 * founds a cluster.
 *
 * @param address as of `start`.
 * @param peers addresses of some members of the cluster; one that is up is enough.
 * @throws {@link KayakError} as `start`, and `KAYAK_TIMEOUT` when nobody answers, `KAYAK_ADDRESS_TAKEN`,
 * `KAYAK_OTHER_CLUSTER`, `KAYAK_NOT_AUTHORIZED`.
 */
export async function join<T = Payload>(address: string, peers: string[], options?: Options<T>): Promise<Host<T>> {
  const resolved = resolveOptions(address, options)
  const others = parsePeers(peers)
  const host = await opening(resolved, async () => {
    const opened = await openStorage(resolved)
    const { identity } = opened
    if (identity?.standing === 'founding')
      throw new KayakError('KAYAK_INVALID', 'The folder is of a member that founds a cluster; call start() again.')
    return identity?.clusterId === undefined
      ? asNew(resolved, opened, others)
      : asBefore(resolved, opened, identity, others)
  })
  return stopOnAbort(host, resolved.signal)
}
