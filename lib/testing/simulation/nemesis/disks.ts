import { snapshotIndex } from '../../cluster/step.js'
import type { TestMember } from '../../cluster/test-member.js'
import type { PlannedFault } from '../plan.js'
import type { Nemesis } from './nemesis.js'
import { tornBy } from './processes.js'
import { die, pick } from './dice.js'
import type { Strike } from './strike.js'

/** A strike at one member that runs. */
const atMember =
  (strike: (nemesis: Nemesis, member: TestMember, fault: PlannedFault) => void): Strike =>
  (nemesis, fault) => {
    const member = nemesis.running(die(fault, 0))
    if (member !== undefined) strike(nemesis, member, fault)
  }

const slowDisk = atMember((nemesis, member, fault) => {
  member.disk.latencyMs = [0, 300 * die(fault, 1)]
  nemesis.later(fault.lastsMs, () => nemesis.mendDisk(member))
})

const hungDisk = atMember((nemesis, member, { lastsMs }) => {
  member.disk.writes = 'hang'
  nemesis.later(lastsMs, () => nemesis.mendDisk(member))
})

const failedWrite = atMember((nemesis, member, { lastsMs }) => {
  member.disk.failNextWrite()
  nemesis.later(lastsMs, () => nemesis.revive(member))
})

const fullDisk = atMember((nemesis, member, { lastsMs }) => {
  member.disk.writes = 'fail'
  nemesis.later(lastsMs / 2, () => nemesis.revive(member))
  nemesis.later(lastsMs, () => {
    nemesis.mendDisk(member)
    nemesis.revive(member)
  })
})

const failedRead = atMember((nemesis, member, { lastsMs }) => {
  member.disk.reads = 'fail'
  nemesis.later(lastsMs, () => {
    nemesis.mendDisk(member)
    nemesis.revive(member)
  })
})

/** Damages a record of a member that is down, or one of the log of a member that runs. */
function corrupt(nemesis: Nemesis, member: TestMember, fault: PlannedFault): void {
  const wantsSnapshot = die(fault, 3) < 1 / 3 && snapshotIndex(member.disk) === 0
  const damaging = (): void => nemesis.later(0, () => damage(nemesis, member, fault))
  if (wantsSnapshot && member.replica !== undefined && member.replica.applied > 0) member.compact(damaging)
  else damage(nemesis, member, fault)
}

function damage(nemesis: Nemesis, member: TestMember, fault: PlannedFault): void {
  const { entries, snapshots, termAndVote } = member.disk.durable()
  const isFound = die(fault, 1) < 0.7
  if (isFound) member.crash(tornBy(die(fault, 2)))
  const index = pick(entries, die(fault, 2))?.index
  const damages = [
    ...(isFound && snapshots.length > 0 ? [() => member.disk.damage('snapshot')] : []),
    ...(isFound && termAndVote.term > 0 ? [() => member.disk.damage('term-and-vote')] : []),
    ...(index === undefined ? [] : [() => member.disk.damage('log', index)]),
  ]
  pick(damages, die(fault, 3))?.()
  nemesis.later(fault.lastsMs, () => {
    if (member.end === undefined) member.crash('lost')
    nemesis.revive(member)
    // its disk is read by then
    nemesis.later(100, () => nemesis.replace(member))
  })
}

/** A strike at a member without whose disk the others can do, as soon as there is one. */
const atSpare =
  (strike: (nemesis: Nemesis, member: TestMember, fault: PlannedFault) => void): Strike =>
  (nemesis, fault) => {
    const spare = (): TestMember | undefined => pick(nemesis.spares, die(fault, 0))
    nemesis.once(
      () => spare() !== undefined,
      () => {
        const member = spare()
        if (member !== undefined) strike(nemesis, member, fault)
      },
    )
  }

const wipe = atSpare((nemesis, member, fault) => {
  member.wipe()
  nemesis.later(fault.lastsMs, () => nemesis.replace(member))
})

/** What happens to disks. */
export const disks = {
  'slow-disk': slowDisk,
  'hung-disk': hungDisk,
  'failed-write': failedWrite,
  'full-disk': fullDisk,
  'failed-read': failedRead,
  corruption: atSpare(corrupt),
  wipe,
} satisfies Record<string, Strike>
