import type { RosterStep } from '../../../../streams/rules/membership.js'
import type { RosterMember } from '../../../../streams/rules/roster.js'
import type { Nemesis } from './nemesis.js'
import { die, pick, shuffled } from './dice.js'
import { crash } from './processes.js'
import { overhear } from './late.js'
import type { Strike } from './strike.js'

const remove: Strike = (nemesis, fault) => {
  const [by, member] = [nemesis.running(die(fault, 0)), pick(nemesis.cluster.members, die(fault, 1))]
  if (by !== undefined && member !== undefined && !nemesis.isShort) nemesis.cluster.remove(member, by)
}

/** How long the owner of a cluster waits until it asks again. */
const ASKS_AGAIN_MS = 50
/** How long the last messages of a member may be under way. */
const LATE_MS = 100

/**
 * Removes a member that can't hear of it, adds it again, and lets it come back as if nothing, or all, had been. What it
 * had said before may arrive only then.
 */
const bringBack: Strike = (nemesis, fault) => {
  const member = nemesis.running(die(fault, 0))
  if (member === undefined || nemesis.isShort) return
  const { id, address } = member
  const ask = (step: RosterStep, then: () => void): void => {
    const again = (): void => nemesis.later(ASKS_AGAIN_MS, () => ask(step, then))
    const [by] = nemesis.cluster.leaders
    if (by === undefined) return again()
    nemesis.cluster.callers.change(by, step, ({ ending }) => (ending === 'done' ? then() : again()))
  }
  const late = overhear(nemesis, ({ from }) => from === address)
  const revive = (): void => {
    late.repeat()
    nemesis.later(1, () => nemesis.revive(member))
  }
  nemesis.later(LATE_MS * die(fault, 2), () => {
    late.stop()
    member.crash()
    ask({ type: 'remove', id }, () => {
      if (die(fault, 1) < 0.5) nemesis.loseLog(member)
      nemesis.later(1, () => {
        // as the others are by now
        member.protocol = nemesis.cluster.protocol
        ask({ type: 'add', id, address }, revive)
      })
    })
  })
}

const replace: Strike = (nemesis, fault) => {
  const { cluster } = nemesis
  const [by, voter] = [nemesis.running(die(fault, 0)), nemesis.running(die(fault, 1))]
  if (by === undefined || voter === undefined || nemesis.isShort || !nemesis.mayJoin()) return
  if (die(fault, 2) < 0.5) crash(nemesis, voter, fault)
  cluster.learn(by, (joiner, { ending }) => {
    const [leader] = cluster.leaders
    if (ending !== 'done' || leader === undefined || nemesis.isShort) return
    const steps = [
      { type: 'remove', id: voter.id },
      { type: 'promote', id: joiner.id },
    ] as const
    cluster.callers.reconfigure(leader, { steps })
  })
}

/** Where there are leases, now and then shorter ones, or none. */
function settling({ cluster }: Nemesis, roll: number): readonly RosterStep[] {
  const { leaseMs, clockBoundMs } = cluster.settings
  const shares = [0, 0.5, 1]
  const share = shares[Math.floor(2 * roll * shares.length)]
  if (leaseMs === 0 || share === undefined) return []
  return [{ type: 'settle', settings: { leaseMs: Math.round(share * leaseMs), clockBoundMs } }]
}

const reconfigure: Strike = (nemesis, fault) => {
  const by = nemesis.running(die(fault, 0))
  if (by?.replica === undefined || nemesis.isShort) return
  const { voters, learners, index } = by.replica.committedRoster
  const some = (list: readonly RosterMember[], share: number, roll: number): readonly RosterMember[] =>
    shuffled(list, roll).slice(0, Math.ceil(share * list.length))
  const steps: readonly RosterStep[] = [
    ...some(learners, 1, die(fault, 1)).map(({ id }) => ({ type: 'promote', id }) as const),
    ...some(voters, die(fault, 2) / 2, die(fault, 3)).map(({ id }) => ({ type: 'demote', id }) as const),
    ...some(voters, 0.01, die(fault, 0)).map(({ id }) => ({ type: 'prefer', id, priority: 1 }) as const),
    ...settling(nemesis, die(fault, 2)),
  ]
  if (steps.length === 0) return
  nemesis.cluster.callers.reconfigure(by, { steps, ...(die(fault, 1) < 0.5 && { ifIndex: index }) })
}

/** Snapshots of all sizes, some of many chunks. */
export const SNAPSHOT_BYTES = 1500

const compact: Strike = (nemesis, fault) => {
  const member = nemesis.running(die(fault, 0))
  if (member === undefined) return
  member.snapshotBytes = Math.floor(SNAPSHOT_BYTES * die(fault, 1))
  member.compact()
}

/** What happens to the roster, and what only a cluster's owner does. */
export const membership = {
  compaction: compact,
  'hand-over': nemesis => nemesis.cluster.leaders[0]?.member?.handOver(),
  join: (nemesis, fault) => nemesis.join(nemesis.running(die(fault, 0))),
  removal: remove,
  return: bringBack,
  replacement: replace,
  reconfiguration: reconfigure,
} satisfies Record<string, Strike>
