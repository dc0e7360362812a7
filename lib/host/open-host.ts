import { randomHex } from '../../streams/contracts/clock.js'
import { KayakError } from '../../streams/contracts/errors.js'
import { PROTOCOL } from '../../streams/contracts/messages/versions.js'
import type { Identity, Opened } from '../../streams/contracts/storage.js'
import { recover$ } from '../../streams/replica/open.js'
import { rosterInForce } from '../../streams/rules/roster-history.js'
import { Member } from '../member/member.js'
import { parseAddress } from './address.js'
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
  const { identity, last, snapshot, termAndVote } = opened
  if (identity === undefined && (last.index > 0 || snapshot !== undefined || termAndVote.term > 0))
    throw new KayakError('KAYAK_CORRUPT', 'The folder holds a log and has lost whose it is.', { file: 'state' })
  const standing = identity?.standing
  if (standing === 'left') throw new KayakError('KAYAK_LEFT', 'The member of this folder has left its cluster.')
  if (standing === 'removed') throw new KayakError('KAYAK_REMOVED', 'The member of this folder was removed.')
  return opened
}

const changed = (recorded: string, given: string): KayakError =>
  new KayakError('KAYAK_ADDRESS_CHANGED', `The member of this folder has the address ${recorded}, not ${given}.`)

/** What to listen on: as given, with the recorded port for port 0; another address than the recorded one is refused. */
function bindAddress<T>({ address, advertise }: Resolved<T>, recorded: Identity | undefined): string {
  const given = `${address.host}:${String(address.port)}`
  if (recorded === undefined || recorded.address === '') return given
  const known = parseAddress(recorded.address)
  const advertised = parseAddress(recorded.advertise)
  const samePort = address.port === 0 || address.port === known.port
  const sameHost = address.host === '' || address.host === known.host || address.host === advertised.host
  if (!samePort || !sameHost) throw changed(recorded.address, given)
  if (advertise !== undefined && advertise !== recorded.advertise) throw changed(recorded.advertise, advertise)
  return `${address.host}:${String(known.port)}`
}

/** Listens as a member, and gives its identity with where that is. */
export async function listen<T>(opening: Opening<T>, identity: Identity): Promise<Identity> {
  const { options } = opening
  const { transport, secret, clock, random } = options
  const { memberId, clusterId } = identity
  const bind = bindAddress(options, identity)
  const advertise = options.advertise ?? (identity.advertise === '' ? undefined : identity.advertise)
  const bound$ = transport.open({ memberId, clusterId, bind, advertise, secret, protocol: PROTOCOL, clock, random })
  const bound = await opening.first(bound$, 'The transport has not begun to listen')
  return { ...identity, address: bound.address, advertise: bound.advertise }
}

/** Runs a member on an open storage and transport. */
export async function run<T>(
  opening: Opening<T>,
  opened: Opened,
  identity: Identity,
): Promise<{ member: Member; host: MemberHost<T> }> {
  const { options } = opening
  const { storage, transport, clock, random } = options
  const recovered = await opening.first(recover$(storage, opened), 'The disk has not answered')
  const { settings } = rosterInForce(recovered.rosters)
  if (recovered.rosters.length > 0) checkAgreement(options, settings)
  const self = { id: identity.memberId, address: identity.advertise }
  const heartbeatMs = options.heartbeatMs ?? Math.max(1, Math.min(100, Math.floor(settings.electionTimeoutMs / 10)))
  const { clusterId = '' } = identity
  const member = new Member({ self, clusterId, heartbeatMs, clock, random, storage, transport, recovered })
  const host = new MemberHost(member, options, identity)
  member.start()
  return { member, host }
}
