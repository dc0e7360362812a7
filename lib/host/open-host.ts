import { randomHex } from '../../streams/contracts/clock.js'
import { KayakError } from '../../streams/contracts/errors.js'
import { PROTOCOL } from '../../streams/contracts/messages/versions.js'
import type { Identity, Opened } from '../../streams/contracts/storage.js'
import { recover$, rosterOnDisk } from '../../streams/replica/open.js'
import { rosterInForce } from '../../streams/rules/roster-history.js'
import { members } from '../../streams/rules/roster.js'
import { Member } from '../member/member.js'
import { dialled, formatAddress, parseAddress } from './address.js'
import { checkAgreement } from './agreement.js'
import { MemberHost } from './host.js'
import type { Opening } from './opening.js'
import type { Resolved } from './options.js'

const ID_BYTES = 16

/** An identity for a new folder. */
export const newIdentity = <T>({ random }: Resolved<T>, clusterId: string | undefined): Identity => ({
  memberId: randomHex(random, ID_BYTES),
  clusterId,
  address: '',
  advertise: '',
  standing: clusterId === undefined ? 'joining' : 'founding',
})

export const newClusterId = <T>({ random }: Resolved<T>): string => randomHex(random, ID_BYTES)

/** Opens the storage, and refuses a folder whose member is gone from its cluster. */
export async function openStorage<T>(opening: Opening<T>): Promise<Opened> {
  const opened = await opening.first(opening.options.storage.open(), 'The disk has not opened the folder')
  checkOpened(opened)
  return opened
}

function checkOpened({ identity, last, snapshot, termAndVote }: Opened): void {
  if (identity === undefined && (last.index > 0 || snapshot !== undefined || termAndVote.term > 0))
    throw new KayakError('KAYAK_CORRUPT', 'The folder holds a log and has lost whose it is.', { file: 'state' })
  const standing = identity?.standing
  if (standing === 'left') throw new KayakError('KAYAK_LEFT', 'The member of this folder has left its cluster.')
  if (standing === 'removed') throw new KayakError('KAYAK_REMOVED', 'The member of this folder was removed.')
  if (standing === 'moved') throw new KayakError('KAYAK_MOVED', 'The member of this folder was moved elsewhere.')
  if (standing === 'moving') throw new KayakError('KAYAK_MOVED', 'The member of this folder has not wholly come here.')
}

/** Where to listen, and what others are to dial where that is known beforehand. */
interface Place {
  readonly bind: string
  readonly advertise: string | undefined
}

/**
 * Where a member is: where it was, in other words too, or where it is started now. Port 0 is the recorded one.
 */
function placeOf<T>({ address, advertise }: Resolved<T>, recorded: Identity): Place {
  if (recorded.address === '') return { bind: formatAddress(address), advertise }
  const known = parseAddress(recorded.address)
  const port = address.port === 0 ? known.port : address.port
  const here = { host: address.host, port }
  const isSameHost = ['', known.host, parseAddress(recorded.advertise).host].includes(address.host)
  const isSame = port === known.port && isSameHost
  return { bind: formatAddress(here), advertise: advertise ?? (isSame ? recorded.advertise : dialled(here)) }
}

/** Listens as a member, and gives its identity with where that is. */
export async function listen<T>(opening: Opening<T>, identity: Identity): Promise<Identity> {
  const { transport, secret, clock, random, clients } = opening.options
  const { memberId, clusterId } = identity
  const bound$ = transport.open({
    memberId,
    clusterId,
    ...placeOf(opening.options, identity),
    secret,
    protocol: PROTOCOL,
    clock,
    random,
    clients,
  })
  const bound = await opening.first(bound$, 'The transport has not begun to listen')
  return { ...identity, address: bound.address, advertise: bound.advertise }
}

/**
 * Listens as the member that a folder is of, wherever it is started, and writes that down. Whom its own roster has at that
 * address already, it leaves alone.
 */
export async function listenAgain<T>(opening: Opening<T>, opened: Opened, known: Identity): Promise<Identity> {
  const { advertise } = placeOf(opening.options, known)
  const holder = members(rosterOnDisk(opened)).find(({ address }) => address === advertise)
  if (holder !== undefined && holder.id !== known.memberId)
    throw new KayakError('KAYAK_ADDRESS_TAKEN', `The address ${holder.address} belongs to member ${holder.id}.`)
  const identity = await listen(opening, known)
  if (identity.address !== known.address || identity.advertise !== known.advertise)
    await opening.done(opening.options.storage.saveIdentity(identity), 'The disk has not taken in the new address')
  return identity
}

/** Runs a member on an open storage and transport. Of some others it may know addresses that its roster hasn't. */
export async function run<T>(
  opening: Opening<T>,
  opened: Opened,
  identity: Identity,
  contacts: readonly string[] = [],
): Promise<{ member: Member; host: MemberHost<T> }> {
  const { options } = opening
  const { storage, transport, clock, random } = options
  const recovered = await opening.first(recover$(storage, opened), 'The disk has not answered')
  const { settings } = rosterInForce(recovered.rosters)
  if (recovered.rosters.length > 0) checkAgreement(options, settings)
  const self = { id: identity.memberId, address: identity.advertise }
  const heartbeatMs = options.heartbeatMs ?? Math.max(1, Math.min(100, Math.floor(settings.electionTimeoutMs / 10)))
  const { clusterId = '' } = identity
  const { snapshotBytesPerSecond } = options
  const parts = { clock, random, storage, transport, recovered, contacts, snapshotBytesPerSecond }
  const member = new Member({ self, clusterId, heartbeatMs, ...parts })
  const host = new MemberHost(member, options, identity)
  member.start()
  return { member, host }
}
