import type { Traffic } from '../../../../plugins/transport-memory/index.js'
import { bridge, deafen, mute, ring, split } from '../../cluster/shapes.js'
import { MEANINGLESS } from '../machine.js'
import type { PlannedFault } from '../plan.js'
import type { Nemesis } from './nemesis.js'
import { SNAPSHOT_BYTES } from './membership.js'
import { crash } from './processes.js'
import { atNext } from './at-next.js'
import { die, pick, shuffled } from './dice.js'
import type { Strike } from './strike.js'

/** By how much one machine after another is slower with its snapshot: the log has gone on by then. */
const MACHINE_LAG_MS = 40

/** Cuts a cluster in one of many shapes. */
function part({ cluster }: Nemesis, fault: PlannedFault): void {
  const members = shuffled(cluster.members, die(fault, 0))
  const [one, other] = members
  if (one === undefined || other === undefined) return
  const half = 1 + Math.floor(die(fault, 1) * (members.length - 1))
  const shapes = [
    () => split(cluster, members.slice(0, half), members.slice(half)),
    () => bridge(cluster, members),
    // a ring of three is whole
    ...(members.length > 3 ? [() => ring(cluster, members)] : []),
    () => mute(cluster, one),
    () => deafen(cluster, one),
    () => cluster.network.cut(one.address, other.address),
    () => cluster.network.isolate(cluster.leaders[0]?.address ?? one.address),
  ]
  pick(shapes, die(fault, 2))?.()
}

const partition: Strike = (nemesis, fault) => {
  part(nemesis, fault)
  nemesis.later(fault.lastsMs, () => nemesis.cluster.network.heal())
}

const FLAPS = 6

const flapping: Strike = (nemesis, fault) => {
  const periodMs = fault.lastsMs / FLAPS
  for (let at = 0; at < FLAPS; at++) {
    nemesis.later(at * periodMs, () => part(nemesis, fault))
    nemesis.later((at + 0.5) * periodMs, () => nemesis.cluster.network.heal())
  }
}

const worsen: Strike = (nemesis, fault) => {
  nemesis.cluster.network.setFaults({
    drop: 0.3 * die(fault, 0),
    duplicate: 0.5 * die(fault, 1),
    reorder: die(fault, 2),
    delayMs: [1, 2 + 150 * die(fault, 3) ** 2],
  })
  nemesis.later(fault.lastsMs, () => nemesis.cluster.network.setFaults(nemesis.faults.network))
}

/** How many appends are lost with a leader that is cut off, at most. */
const LOST_APPENDS = 40
/** How slow the disks of those are who were cut off, when the others have long gone on. */
const SLOW_MS = [100, 800] as const

const lostSuffix: Strike = (nemesis, fault) => {
  const { cluster } = nemesis
  const [leader] = cluster.leaders
  if (leader === undefined) return
  const others = shuffled(
    cluster.members.filter(member => member !== leader),
    die(fault, 0),
  )
  const companions = Math.floor(die(fault, 1) * (cluster.members.length / 2))
  const [cutOff, rest] = [[leader, ...others.slice(0, companions)], others.slice(companions)]
  for (const { disk } of cutOff) disk.latencyMs = SLOW_MS
  split(cluster, cutOff, rest)
  for (let count = Math.floor(LOST_APPENDS * die(fault, 3)); count > 0; count--)
    cluster.append(leader, { payload: MEANINGLESS })
  if (die(fault, 1) < 0.3 && !nemesis.isShort) rest.slice(0, 1).forEach(member => cluster.remove(member, leader))
  // and what they lack may be in a snapshot when they are back
  if (die(fault, 2) < 0.5)
    nemesis.later(0.9 * fault.lastsMs, () =>
      rest.forEach((member, at) => member.compact(undefined, at * MACHINE_LAG_MS)),
    )
  nemesis.later(fault.lastsMs, () => cluster.network.heal())
  nemesis.later(fault.lastsMs + 400 * die(fault, 3), () => cutOff.forEach(member => nemesis.mendDisk(member)))
}

const isLaterChunk = ({ type, message }: Traffic): boolean =>
  type === 'delivered' &&
  'type' in message &&
  message.type === 'install-snapshot' &&
  'offset' in message &&
  !!message.offset

/** How much of the log is compacted that somebody lacks, and how long that takes. */
const LACKING = 30
const LACKING_MS = 200

/** Has a member lack what the others' logs have no more, so that it has to be sent a snapshot of some chunks. */
function leaveBehind(nemesis: Nemesis, fault: PlannedFault): void {
  const { cluster } = nemesis
  const [leader] = cluster.leaders
  const away = pick(
    cluster.running.filter(member => member !== leader),
    die(fault, 2),
  )
  if (leader === undefined || away === undefined) return
  cluster.network.isolate(away.address)
  for (let count = 0; count < LACKING; count++) cluster.append(leader, { payload: MEANINGLESS })
  nemesis.later(LACKING_MS / 2, () => {
    for (const [at, member] of cluster.running.filter(other => other !== away).entries()) {
      member.snapshotBytes = SNAPSHOT_BYTES
      member.compact(undefined, at * MACHINE_LAG_MS)
    }
  })
  nemesis.later(LACKING_MS, () => cluster.network.heal())
}

const cutSnapshot: Strike = (nemesis, fault) => {
  const { cluster } = nemesis
  leaveBehind(nemesis, fault)
  atNext(nemesis, isLaterChunk, ({ from, to }) => {
    const [sender, receiver] = [cluster.at(from), cluster.at(to)]
    const acts = [
      () => crash(nemesis, sender, fault),
      () => crash(nemesis, receiver, fault),
      () => {
        cluster.network.cut(from, to)
        nemesis.later(fault.lastsMs, () => cluster.network.heal(from, to))
      },
    ]
    pick(acts, die(fault, 0))?.()
  })
}

/** What no field may be that is a number, a text, … in a message: known here, and not by asking who decodes it. */
const RUBBISH: Readonly<Record<string, readonly unknown[]>> = {
  number: [null, '1', -1, 1.5, 2 ** 60, NaN, Infinity, true, [], {}],
  string: [null, 7, '', ' ', 'x'.repeat(300), true, [], {}],
  boolean: [null, 0, 1, 'true', [], {}],
  bytes: [null, 7, 'rubbish', [1, 2], {}, new Uint16Array(2)],
  object: [null, 7, 'rubbish', {}, [-1], [1.5], ['1']],
}
/** Fields that every message has that has them at all. */
const NEVER_MISSING = ['type', 'group', 'term', 'incarnation', 'round', 'entries', 'data', 'lastIndex', 'commit']

const EXTRA = ['extra', 1] as const

/** The message with one field spoilt, missing, or one too many. */
function spoilt(message: object, fault: PlannedFault): object {
  const fields: [string, unknown][] = Object.entries(message).filter(([, field]) => field !== undefined)
  const [name, value] = pick([...fields, ['__proto__', {}] as const, EXTRA], die(fault, 0)) ?? EXTRA
  const isMissing = NEVER_MISSING.includes(name) && die(fault, 2) < 0.2
  const kind = value instanceof Uint8Array ? 'bytes' : typeof value
  const rubbish = isMissing ? undefined : pick(RUBBISH[kind] ?? [null], die(fault, 1))
  return Object.defineProperty({ ...message }, name, { value: rubbish, enumerable: true })
}

const garbage: Strike = (nemesis, fault) => {
  const isWhole = ({ type }: Traffic): boolean => type === 'delivered'
  atNext(nemesis, isWhole, ({ from, to, message }) => {
    const sender = nemesis.cluster.at(from)
    if (sender !== undefined) nemesis.contains(sender, to, spoilt(message, fault))
  })
}

/** What happens to the network. */
export const networks = {
  partition,
  flapping,
  'lost-suffix': lostSuffix,
  'bad-network': worsen,
  'cut-snapshot': cutSnapshot,
  garbage,
} satisfies Record<string, Strike>
