import { KayakError } from '../streams/contracts/errors.js'
import type { Host, Payload } from '../streams/contracts/host.js'
import type { Opened } from '../streams/contracts/storage.js'
import { checkAgreement } from './host/agreement.js'
import { found$ } from './host/found.js'
import { when$ } from './host/host.js'
import { listen, listenAgain, newClusterId, newIdentity, openStorage, run } from './host/open-host.js'
import { opening, type Opening } from './host/opening.js'
import { DEFAULT_ELECTION_TIMEOUT_MS, resolveOptions, type Options } from './host/options.js'
import { stopOnAbort } from './host/stop-on-abort.js'
import { isSafeLease } from '../streams/rules/lease.js'
import type { Member } from './member/member.js'

const leadsAndHasApplied = ({ replica }: Member): boolean => {
  const { index } = replica.committedRoster
  return replica.standing.role === 'leader' && index > 0 && replica.applied >= index
}

/** Founds a cluster in a new folder, and resolves once it leads and its own roster has committed. */
async function found<T>(opening: Opening<T>, opened: Opened): Promise<Host<T>> {
  const { options } = opening
  const settings = {
    electionTimeoutMs: options.electionTimeoutMs ?? DEFAULT_ELECTION_TIMEOUT_MS,
    leaseMs: options.leaseMs ?? 0,
    clockBoundMs: options.clockBoundMs ?? 0,
  }
  checkAgreement(options, settings)
  if (!isSafeLease(settings))
    throw new KayakError('KAYAK_INVALID', 'leaseMs and clockBoundMs are together at most electionTimeoutMs.')
  const known = opened.identity ?? newIdentity(options, newClusterId(options))
  const identity = await listen(opening, known)
  const founding$ = found$(options.storage, opened, identity, settings, options.clock.now())
  const founded = await opening.first(founding$, 'The disk has not taken in the new cluster')
  const { member, host } = await run(opening, founded, { ...identity, standing: 'member' })
  try {
    const leads$ = when$(member, () => leadsAndHasApplied(member))
    await opening.first(leads$, 'The roster of the new cluster has not reached the disk')
  } catch (error) {
    await host.stop()
    throw error
  }
  return host
}

/**
 * Starts a member.
 *
 * With a new folder it founds a cluster of one, and resolves once it leads and its own roster has committed. With the
 * folder of a member it goes on as that one, and resolves when it listens, not when it has a leader. On another address
 * than before it moves: it tells its cluster, as long as one that is up is where it was.
 *
 * @param address `'host:port'`, or `':port'` for all interfaces (only loopback without a secret). Port 0 takes a free
 * port, and the same again at the next start.
 * @param options among them `joinTimeoutMs`, after which a disk that doesn't answer is given up: `KAYAK_TIMEOUT`.
 * @throws {@link KayakError} `KAYAK_INVALID`, `KAYAK_ADDRESS_IN_USE`, `KAYAK_ADDRESS_TAKEN`, `KAYAK_LOCKED`,
 * `KAYAK_CORRUPT`, `KAYAK_LEFT`, `KAYAK_REMOVED`, `KAYAK_STORAGE_FAILED`, `KAYAK_VERSION`, `KAYAK_TIMEOUT`,
 * `KAYAK_ABORTED`; `KAYAK_NOT_AUTHORIZED` for an address that others could reach without a secret.
 */
export async function start<T = Payload>(address: string, options?: Options<T>): Promise<Host<T>> {
  const resolved = resolveOptions(address, options)
  if (resolved.asLearner)
    throw new KayakError(
      'KAYAK_INVALID',
      'asLearner is for join(): who founds a cluster votes, and others go on as they are.',
    )
  const host = await opening(resolved, async begun => {
    const opened = await openStorage(begun)
    const { identity } = opened
    if (identity === undefined || identity.standing === 'founding') return found(begun, opened)
    if (identity.clusterId === undefined)
      throw new KayakError('KAYAK_INVALID', 'The folder is of a member that has not joined yet; call join() again.')
    return (await run(begun, opened, await listenAgain(begun, opened, identity))).host
  })
  return stopOnAbort(host, resolved.signal)
}
