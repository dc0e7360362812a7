import { isVoter } from '../../../../streams/rules/roster.js'
import { rosterOnDisk } from '../../cluster/roster-on-disk.js'
import type { TestCluster } from '../../cluster/test-cluster.js'
import type { TestMember } from '../../cluster/test-member.js'
import { refusesSecondProcess } from '../../invariants/honest-recovery.js'
import { contained } from '../../invariants/hostility.js'
import type { SimulatedFaults } from '../faults.js'
import { pick } from './dice.js'

/** How long the owner of a cluster waits until it asks again for a lost member to be removed. */
const OWNER_RESTS_MS = 200
/** How often it is looked whether something may be done. */
const WAITS_MS = 20

/** What strikes share: whom they can hit, what they have to leave alone, and how all of it ends. */
export class Nemesis {
  private joined = 0
  private isOver = false
  private readonly ends = new Set<() => void>()
  private hasLostLog = false
  private readonly replaced = new Set<TestMember>()
  /** Who was last chosen by chance. */
  private chosen: readonly TestMember[] = []

  constructor(
    readonly cluster: TestCluster,
    readonly faults: SimulatedFaults,
  ) {}

  /** Ends all trouble, for good. */
  end(): void {
    this.isOver = true
    for (const end of this.ends) end()
    this.healNetwork()
    for (const member of this.cluster.members) {
      this.mendDisk(member)
      member.disk.failNextWrite(0)
      member.time.drift(1)
      member.resume()
    }
    for (const member of this.cluster.members) this.revive(member)
  }

  /** Ends what waits for its occasion, when trouble ends. */
  readonly atEnd = (end: () => void): void => void this.ends.add(end)

  later(ms: number, work: () => void): void {
    this.cluster.clock.schedule(() => this.isOver || work(), ms)
  }

  /** Does something once it may be done, for as long as trouble lasts. */
  once(may: () => boolean, work: () => void): void {
    if (may()) work()
    else this.later(WAITS_MS, () => this.once(may, work))
  }

  running(roll: number): TestMember | undefined {
    const member = pick(this.cluster.running, roll)
    if (member !== undefined) this.chosen = [member]
    return member
  }

  /** Who has been chosen since this was asked last. */
  takeChosen(): readonly TestMember[] {
    const { chosen } = this
    this.chosen = []
    return chosen
  }

  /** Starts who is down and belongs to the cluster. One whose disk is damaged refuses, and is gone then. */
  revive(member: TestMember | undefined): void {
    if (member?.end === undefined || member.end === 'removed' || member.isWiped) return
    if (!(member.hasFailed && member.disk.isDamaged)) member.start()
  }

  mendDisk({ disk }: TestMember): void {
    disk.latencyMs = this.faults.diskMs
    disk.writes = 'work'
    disk.reads = 'work'
  }

  join(by: TestMember | undefined, address?: string): void {
    if (by === undefined) return
    if (address !== undefined || this.mayJoin()) this.cluster.join(by, undefined, address)
  }

  /** Whether one more may join, which then is one of those who may. */
  mayJoin(): boolean {
    return this.joined++ < this.faults.joiners
  }

  // --- losing disks: never so many that what has committed may be gone, or a quorum for good ---

  /** Whether a disk is lost that the roster still counts on. */
  get isShort(): boolean {
    return this.cluster.members.some(member => member.isLost && !this.replaced.has(member))
  }

  /** Whose disks may be lost, one of them: all of the roster are there and agree on it, and most of them would be still. */
  get spares(): readonly TestMember[] {
    const { cluster } = this
    const [leader, ...others] = cluster.leaders
    if (leader?.replica === undefined || others.length > 0 || this.isShort) return []
    const { voters, learners, index } = leader.replica.committedRoster
    const all = [...voters, ...learners].map(({ id }) => cluster.running.find(other => other.id === id))
    const agree = all.every(other => other?.replica?.roster.index === index)
    const isIdle = cluster.open().every(({ kind }) => kind !== 'change')
    if (!agree || !isIdle || voters.length < 3) return []
    return cluster.running.filter(member => voters.some(({ id }) => id === member.id))
  }

  /**
   * What a member held that is none any more, and isn't counted on until it is one again. At most one in a run, and not
   * the founder: of rosters that are sent to it anew, it alone must never be a quorum. Nor while a disk has it as a voter
   * still, since that one may ask for its vote. A host gives such a member a new id.
   */
  loseLog(member: TestMember): void {
    const { members, checker } = this.cluster
    const isVoterOf = ({ disk }: TestMember): boolean => isVoter(rosterOnDisk(disk.durable()), member.id)
    const isCountedOn = members.some(other => other !== member && isVoterOf(other))
    if (member.end !== 'crashed' || member === members[0] || this.hasLostLog || isCountedOn) return
    this.hasLostLog = true
    member.disk.loseLog()
    checker.expectNothingOf(member)
  }

  /** As an owner does with a member whose disk is lost: removes it, and lets another join at its address. */
  replace(lost: TestMember): void {
    if (!lost.isLost || this.replaced.has(lost)) return
    const again = (): void => this.later(OWNER_RESTS_MS, () => this.replace(lost))
    const [by] = this.cluster.leaders
    if (by === undefined) return again()
    this.cluster.callers.change(by, { type: 'remove', id: lost.id }, ({ ending }) => {
      if (ending !== 'done') return again()
      this.replaced.add(lost)
      this.later(1, () => this.join(this.cluster.leaders[0], lost.address))
    })
  }

  // --- what has to be refused ---

  refuses(member: TestMember, error: unknown): void {
    this.cluster.checker.note(refusesSecondProcess(member.name, error))
  }

  /** Lets rubbish arrive: it has to change nothing. */
  contains({ id, address }: TestMember, to: string, rubbish: object): void {
    const member = this.cluster.at(to)
    const before = member?.replica
    if (member === undefined || before === undefined) return
    this.cluster.checker.note(
      contained(member.name, before, () => this.cluster.network.inject({ id, address }, to, rubbish)),
    )
  }

  private healNetwork(): void {
    const { network } = this.cluster
    network.heal()
    network.setFaults({ ...this.faults.network, drop: 0, duplicate: 0, reorder: 0, tail: 0, replay: 0 })
  }
}
