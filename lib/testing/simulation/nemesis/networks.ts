import { filter, take } from 'rxjs'
import type { Traffic } from '../../../../plugins/transport-memory/index.js'
import { decodeMessage } from '../../../../streams/contracts/messages/index.js'
import { bridge, deafen, mute, ring, split } from '../../cluster/shapes.js'
import { MEANINGLESS } from '../machine.js'
import type { PlannedFault } from '../plan.js'
import type { Nemesis } from './nemesis.js'
import { crash } from './processes.js'
import { die, pick, shuffled } from './dice.js'
import type { Strike } from './strike.js'

/** Cuts a cluster in one of many shapes. */
function part({ cluster }: Nemesis, fault: PlannedFault): void {
  const members = shuffled(cluster.members, die(fault, 0))
  const [one, other] = members
  if (one === undefined || other === undefined) return
  const half = 1 + Math.floor(die(fault, 1) * (members.length - 1))
  const shapes = [
    () => split(cluster, members.slice(0, half), members.slice(half)),
    () => bridge(cluster, members),
    () => ring(cluster, members),
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
  if (die(fault, 2) < 0.5) nemesis.later(0.9 * fault.lastsMs, () => rest.forEach(member => member.compact()))
  nemesis.later(fault.lastsMs, () => cluster.network.heal())
  nemesis.later(fault.lastsMs + 400 * die(fault, 3), () => cutOff.forEach(member => nemesis.mendDisk(member)))
}

/** Waits for the next message of a kind that arrives, and does something about it. */
function atNext(nemesis: Nemesis, isIt: (traffic: Traffic) => boolean, act: (traffic: Traffic) => void) {
  const { cluster } = nemesis
  const waiting = cluster.network.traffic$.pipe(filter(isIt), take(1)).subscribe(traffic =>
    // not while it is being delivered
    cluster.clock.schedule(() => act(traffic)),
  )
  nemesis.atEnd(() => waiting.unsubscribe())
}

const isLaterChunk = ({ type, message }: Traffic): boolean =>
  type === 'delivered' &&
  'type' in message &&
  message.type === 'install-snapshot' &&
  'offset' in message &&
  !!message.offset

const cutSnapshot: Strike = (nemesis, fault) => {
  const { cluster } = nemesis
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

const RUBBISH = [undefined, null, -1, 1.5, 2 ** 60, '', 'rubbish', true, [], {}, new Uint8Array(3), NaN]

/** The message with one field spoilt, or one too many; undefined if that has left it a message. */
function spoilt(message: object, fault: PlannedFault): object | undefined {
  const name = pick([...Object.keys(message), '__proto__', 'extra'], die(fault, 0)) ?? 'extra'
  const value = pick(RUBBISH, die(fault, 1))
  const copy = Object.defineProperty({ ...message }, name, { value, enumerable: true })
  return decodeMessage(copy).ok ? undefined : copy
}

const garbage: Strike = (nemesis, fault) => {
  const isWhole = ({ type }: Traffic): boolean => type === 'delivered'
  atNext(nemesis, isWhole, ({ from, to, message }) => {
    const [sender, rubbish] = [nemesis.cluster.at(from), spoilt(message, fault)]
    if (sender !== undefined && rubbish !== undefined) nemesis.contains(sender, to, rubbish)
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
