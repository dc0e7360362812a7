import type { Clock, Random } from '../../streams/contracts/clock.js'
import { randomHex } from '../../streams/contracts/clock.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import { VERSIONS, type Versions } from '../../streams/contracts/protocol.js'
import type { Storage } from '../../streams/contracts/storage.js'
import type { Transport } from '../../streams/contracts/transport.js'
import { Budgets } from '../../streams/replica/budgets.js'
import { Disk } from '../../streams/replica/disk.js'
import { ReplicaLog } from '../../streams/replica/log.js'
import type { Recovered } from '../../streams/replica/open.js'
import { Outbox } from '../../streams/replica/outbox.js'
import { Replica, type Standing } from '../../streams/replica/replica.js'
import { Inbox } from '../../streams/sources/inbox.js'
import { Pace } from '../../streams/sources/pace.js'
import { Requests } from '../../streams/sources/requests.js'
import type { Sender } from '../../streams/sources/inbound.js'

/** What a member runs on. The storage and the transport are open. */
export interface MemberOptions {
  readonly self: Sender
  readonly clusterId: string
  readonly heartbeatMs: number
  readonly clock: Clock
  readonly random: Random
  readonly storage: Storage
  readonly transport: Transport
  readonly recovered: Recovered
  /** Addresses of other members, where the roster may not have the ones of now. */
  readonly contacts?: readonly string[]
  /** What snapshots that it sends may take of the network. Default: as in LIMITS. */
  readonly snapshotBytesPerSecond?: number
  /** What it speaks. Default: what this software does. */
  readonly versions?: Versions
}

const standing = ({ opened }: Recovered): Standing => ({
  role: 'follower',
  term: opened.termAndVote.term,
  vote: opened.termAndVote.vote,
  leader: undefined,
  heardAt: undefined,
})

/** Ids of requests: no two of any life of any member are the same. */
function requestIds(random: Random): () => string {
  const life = randomHex(random, 10)
  let count = 0
  return () => `${life}-${(++count).toString(36)}`
}

/** Puts a member's parts together, in the one place where they are. */
export function assemble(options: MemberOptions, slow: (operation: string, tookMs: number) => void): Replica {
  const { self, clusterId, heartbeatMs, clock, random, storage, transport, recovered } = options
  const inbox = new Inbox(clock)
  const budgets = new Budgets(clock)
  const { shape, opened, rosters, sessions } = recovered
  const disk = new Disk(storage, inbox, clock, slow, shape.last.index, opened.termAndVote)
  const log = new ReplicaLog(shape, disk, storage, inbox, opened.bytes)
  log.lastTime = recovered.lastTime
  const outbox = new Outbox(disk, transport, budgets)
  const requests = new Requests(requestIds(random))
  const pace = new Pace(clock, options.snapshotBytesPerSecond ?? LIMITS.snapshotBytesPerSecond)
  const parts = {
    self,
    clusterId,
    heartbeatMs,
    clock,
    random,
    inbox,
    storage,
    disk,
    outbox,
    budgets,
    log,
    requests,
    pace,
    versions: options.versions ?? VERSIONS,
  }
  return new Replica(parts, { standing: standing(recovered), rosters, snapshot: opened.snapshot, sessions })
}
