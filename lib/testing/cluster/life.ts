import { concat, EMPTY, ignoreElements, map, switchMap, type Observable, type Subscription } from 'rxjs'
import type { MemoryDisk } from '../../../plugins/storage-memory/index.js'
import type { Random } from '../../../streams/contracts/clock.js'
import type { Protocol } from '../../../streams/contracts/protocol.js'
import type { Opened, Storage } from '../../../streams/contracts/storage.js'
import type { Transport } from '../../../streams/contracts/transport.js'
import { open$, type Recovered } from '../../../streams/replica/open.js'
import type { Member } from '../../member/member.js'
import type { ProcessClock } from './process-clock.js'

/** One run of a member's process, from its start to its end. */
export interface Life {
  readonly clock: ProcessClock
  readonly random: Random
  readonly storage: Storage
  readonly transport: Transport
  readonly subscriptions: Subscription
  member: Member | undefined
}

/** Makes a disk that holds nothing that of a member. */
export type Prepare = (storage: Storage, opened: Opened) => Observable<unknown>

/** What comes before the first opening needs the storage open, too. */
function prepared$({ storage }: Life, { identity }: MemoryDisk, prepare: Prepare): Observable<never> {
  if (identity !== undefined && identity.standing !== 'founding') return EMPTY
  const prepare$ = storage.open().pipe(switchMap(opened => prepare(storage, opened)))
  return concat(prepare$.pipe(ignoreElements()), storage.close())
}

/** Who it is, where, and what it speaks. */
interface Named {
  readonly id: string
  readonly address: string
  readonly protocol: Protocol
}

function opened$(
  { storage, transport, clock, random }: Life,
  { id: memberId, address, protocol }: Named,
): Observable<Recovered> {
  return open$(storage).pipe(
    switchMap(recovered => {
      const clusterId = recovered.opened.identity?.clusterId
      const where = { bind: address, advertise: address, secret: undefined }
      return transport.open({ memberId, clusterId, ...where, protocol, clock, random }).pipe(map(() => recovered))
    }),
  )
}

/** Opens the disk and listens, as a host does, and emits what was found. */
export const opening$ = (life: Life, disk: MemoryDisk, named: Named, prepare: Prepare): Observable<Recovered> =>
  concat(prepared$(life, disk, prepare), opened$(life, named))
