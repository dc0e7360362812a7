import type { Torn } from '../../../plugins/storage-memory/index.js'
import { bridge, deafen, mute, ring, split } from '../cluster/shapes.js'
import type { TestCluster } from '../cluster/test-cluster.js'
import type { TestMember } from '../cluster/test-member.js'
import type { RosterChange } from '../../../streams/rules/membership.js'
import type { FaultKind, SimulatedFaults } from './faults.js'
import type { PlannedFault } from './plan.js'

type Dice = readonly number[]

const die = (dice: Dice, at: number): number => dice[at] ?? 0

const pick = <T>(list: readonly T[], roll: number): T | undefined => list[Math.floor(roll * list.length)]

/** The list in an order that a roll decides. */
function shuffled<T>(list: readonly T[], roll: number): readonly T[] {
  const rest = [...list]
  let chance = roll
  return list.flatMap(() => {
    chance = (chance * 9301 + 0.49297) % 1
    return rest.splice(Math.floor(chance * rest.length), 1)
  })
}

const tornBy = (roll: number): Torn => (roll < 1 / 3 ? 'lost' : roll < 2 / 3 ? 'whole' : { part: (roll * 3) % 1 })

/** Whoever does to a cluster what a plan says, and undoes it when it has lasted for long enough. */
export class Nemesis {
  private joined = 0
  private isOver = false

  constructor(
    private readonly cluster: TestCluster,
    private readonly faults: SimulatedFaults,
  ) {}

  strike(fault: PlannedFault): void {
    if (!this.isOver) STRIKES[fault.kind](this, fault)
  }

  /** Ends all trouble, for good. */
  end(): void {
    this.isOver = true
    this.healNetwork()
    for (const member of this.cluster.members) {
      this.mendDisk(member)
      member.disk.failNextWrite(0)
      member.resume()
    }
    this.reviveAll()
  }

  /** Starts whoever is down and belongs to the cluster. */
  reviveAll(): void {
    for (const member of this.cluster.members) this.revive(member)
  }

  // --- what strikes use ---

  running(roll: number): TestMember | undefined {
    return pick(this.cluster.running, roll)
  }

  crash(member: TestMember | undefined, { dice, lastsMs }: PlannedFault): void {
    member?.crash(tornBy(die(dice, 1)))
    this.later(lastsMs, () => this.revive(member))
  }

  /** Where an election is on, one of those who have voted in it. */
  blink(fault: PlannedFault): void {
    const { dice } = fault
    const electing = this.cluster.running.filter(({ replica }) => replica?.standing.leader === undefined)
    const member = pick(electing, die(dice, 0)) ?? this.running(die(dice, 0))
    this.crash(member, { ...fault, lastsMs: 1 + Math.round(10 * die(dice, 2)) })
  }

  crashAll(fault: PlannedFault): void {
    for (const member of this.cluster.running) this.crash(member, fault)
  }

  stop(member: TestMember | undefined, { lastsMs }: PlannedFault): void {
    member?.stop()
    this.later(lastsMs, () => this.revive(member))
  }

  pause(member: TestMember | undefined, { lastsMs }: PlannedFault): void {
    member?.pause()
    this.later(lastsMs, () => member?.resume())
  }

  part({ dice, lastsMs }: PlannedFault): void {
    const { cluster } = this
    const members = shuffled(cluster.members, die(dice, 0))
    const [one, other] = members
    if (one === undefined || other === undefined) return
    const half = 1 + Math.floor(die(dice, 1) * (members.length - 1))
    const shapes = [
      () => split(cluster, members.slice(0, half), members.slice(half)),
      () => bridge(cluster, members),
      () => ring(cluster, members),
      () => mute(cluster, one),
      () => deafen(cluster, one),
      () => cluster.network.cut(one.address, other.address),
      () => cluster.network.isolate(cluster.leaders[0]?.address ?? one.address),
    ]
    pick(shapes, die(dice, 2))?.()
    this.later(lastsMs, () => cluster.network.heal())
  }

  worsen({ dice, lastsMs }: PlannedFault): void {
    this.cluster.network.setFaults({
      drop: 0.3 * die(dice, 0),
      duplicate: 0.5 * die(dice, 1),
      reorder: die(dice, 2),
      delayMs: [1, 2 + 150 * die(dice, 3) ** 2],
    })
    this.later(lastsMs, () => this.cluster.network.setFaults(this.faults.network))
  }

  slowDisk(member: TestMember | undefined, { dice, lastsMs }: PlannedFault): void {
    if (member === undefined) return
    member.disk.latencyMs = [0, 300 * die(dice, 1)]
    this.later(lastsMs, () => this.mendDisk(member))
  }

  hangDisk(member: TestMember | undefined, { lastsMs }: PlannedFault): void {
    if (member === undefined) return
    member.disk.writes = 'hang'
    this.later(lastsMs, () => this.mendDisk(member))
  }

  failWrite(member: TestMember | undefined, { lastsMs }: PlannedFault): void {
    member?.disk.failNextWrite()
    this.later(lastsMs, () => this.revive(member))
  }

  join(by: TestMember | undefined): void {
    if (by !== undefined && this.joined++ < this.faults.joiners) this.cluster.join(by)
  }

  remove({ dice }: PlannedFault): void {
    const [by, member] = [this.running(die(dice, 0)), pick(this.cluster.members, die(dice, 1))]
    if (by !== undefined && member !== undefined) this.cluster.remove(member, by)
  }

  /** Removes a member that can't hear of it, adds it again, and lets it come back as if nothing had been. */
  bringBack(member: TestMember | undefined): void {
    if (member === undefined) return
    const { id, address } = member
    const ask = (change: Exclude<RosterChange, { type: 'promote' }>, then: () => void): void => {
      const [by] = this.cluster.leaders
      if (by !== undefined) this.cluster.callers.change(by, change, ({ ending }) => ending === 'done' && then())
    }
    member.crash()
    ask({ type: 'remove', id }, () =>
      this.later(1, () => ask({ type: 'add', id, address }, () => this.later(1, () => this.revive(member)))),
    )
  }

  private healNetwork(): void {
    this.cluster.network.heal()
    this.cluster.network.setFaults({ ...this.faults.network, drop: 0, duplicate: 0, reorder: 0, tail: 0 })
  }

  private mendDisk({ disk }: TestMember): void {
    disk.latencyMs = this.faults.diskMs
    disk.writes = 'work'
  }

  private revive(member: TestMember | undefined): void {
    if (member?.end !== undefined && member.end !== 'removed') member.start()
  }

  private later(ms: number, work: () => void): void {
    this.cluster.clock.schedule(() => this.isOver || work(), ms)
  }
}

const STRIKES: Readonly<Record<FaultKind, (nemesis: Nemesis, fault: PlannedFault) => void>> = {
  crash: (nemesis, fault) => nemesis.crash(nemesis.running(die(fault.dice, 0)), fault),
  blink: (nemesis, fault) => nemesis.blink(fault),
  'power-loss': (nemesis, fault) => nemesis.crashAll(fault),
  stop: (nemesis, fault) => nemesis.stop(nemesis.running(die(fault.dice, 0)), fault),
  pause: (nemesis, fault) => nemesis.pause(nemesis.running(die(fault.dice, 0)), fault),
  partition: (nemesis, fault) => nemesis.part(fault),
  'bad-network': (nemesis, fault) => nemesis.worsen(fault),
  'slow-disk': (nemesis, fault) => nemesis.slowDisk(nemesis.running(die(fault.dice, 0)), fault),
  'hung-disk': (nemesis, fault) => nemesis.hangDisk(nemesis.running(die(fault.dice, 0)), fault),
  'failed-write': (nemesis, fault) => nemesis.failWrite(nemesis.running(die(fault.dice, 0)), fault),
  compaction: (nemesis, { dice }) => nemesis.running(die(dice, 0))?.compact(),
  'hand-over': (nemesis, { dice }) => nemesis.running(die(dice, 0))?.member?.handOver(),
  join: (nemesis, { dice }) => nemesis.join(nemesis.running(die(dice, 0))),
  removal: (nemesis, fault) => nemesis.remove(fault),
  return: (nemesis, { dice }) => nemesis.bringBack(nemesis.running(die(dice, 0))),
}
