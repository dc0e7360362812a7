import { firstValueFrom, merge } from 'rxjs'
import { KayakError } from '../streams/contracts/errors.js'
import type { Host, Payload } from '../streams/contracts/host.js'
import type { Opened } from '../streams/contracts/storage.js'
import { aborted$ } from './host/aborted.js'
import { found$ } from './host/found.js'
import { when$ } from './host/host.js'
import { listen, newClusterId, newIdentity, opening, openStorage, run } from './host/open-host.js'
import { resolveOptions, type Options, type Resolved } from './host/options.js'
import { stopOnAbort } from './host/stop-on-abort.js'
import type { Member } from './member/member.js'

const DEFAULT_ELECTION_TIMEOUT_MS = 1000

const leadsAndHasApplied = ({ replica }: Member): boolean => {
  const { index } = replica.committedRoster
  return replica.standing.role === 'leader' && index > 0 && replica.applied >= index
}

/** Founds a cluster in a new folder, and resolves once it leads and its own roster has committed. */
async function found<T>(options: Resolved<T>, opened: Opened): Promise<Host<T>> {
  const known = opened.identity ?? newIdentity(options, newClusterId(options))
  const identity = await listen(options, known)
  const settings = {
    electionTimeoutMs: options.electionTimeoutMs ?? DEFAULT_ELECTION_TIMEOUT_MS,
    leaseMs: 0,
    clockBoundMs: 0,
  }
  const founded = await firstValueFrom(found$(options.storage, opened, identity, settings, options.clock.now()))
  const { member, host } = await run(options, founded, { ...identity, standing: 'member' })
  try {
    await firstValueFrom(
      merge(
        when$(member, () => leadsAndHasApplied(member)),
        aborted$(options.signal),
      ),
    )
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
 * folder of a member it goes on as that one, and resolves when it listens, not when it has a leader.
 *
 * @param address `'host:port'`, or `':port'` for all interfaces (only loopback without a secret). Port 0 takes a free
 * port, and the same again at the next start.
 * @throws {@link KayakError} `KAYAK_INVALID`, `KAYAK_ADDRESS_IN_USE`, `KAYAK_ADDRESS_CHANGED`, `KAYAK_LOCKED`,
 * `KAYAK_CORRUPT`, `KAYAK_LEFT`, `KAYAK_REMOVED`, `KAYAK_STORAGE_FAILED`, `KAYAK_VERSION`, `KAYAK_ABORTED`.
 */
export async function start<T = Payload>(address: string, options?: Options<T>): Promise<Host<T>> {
  const resolved = resolveOptions(address, options)
  const host = await opening(resolved, async () => {
    const opened = await openStorage(resolved)
    const { identity } = opened
    if (identity === undefined || identity.standing === 'founding') return found(resolved, opened)
    if (identity.clusterId === undefined)
      throw new KayakError('KAYAK_INVALID', 'The folder is of a member that has not joined yet; call join() again.')
    return (await run(resolved, opened, await listen(resolved, identity))).host
  })
  return stopOnAbort(host, resolved.signal)
}
