import assert from 'node:assert/strict'
import { MemoryNetwork } from '../../../plugins/transport-memory/index.js'
import { randomHex, type Random } from '../../../streams/contracts/clock.js'
import type { KayakError } from '../../../streams/contracts/errors.js'
import { PROTOCOL } from '../../../streams/contracts/messages/versions.js'
import type { Protocol } from '../../../streams/contracts/protocol.js'
import type { LogEntry } from '../../../streams/rules/entry.js'
import type { ClusterSettings } from '../../../streams/rules/roster.js'
import { honestFailure, leavesNoTimer, noLeaks, settlesInTime } from '../invariants/index.js'
import { seededRandom } from '../seeded-random.js'
import { VirtualClock } from '../virtual-clock.js'
import { Callers, type AppendCall, type Heard } from './callers.js'
import { Checker, type Watched } from './checker.js'
import { DigestMachine, type MemberMachine } from './digest-machine.js'
import type { Operation } from './operations.js'
import type { Surroundings } from './surroundings.js'
import { follow } from './follow.js'
import { Overseer } from './overseer.js'
import { standingOf } from './standing-of.js'
import type { TestClusterOptions } from './test-cluster-options.js'
import { TestMember } from './test-member.js'
import { Trace } from './trace.js'

const BEGINNING = 1_700_000_000_000

/**
 * A cluster in virtual time, on disks in memory and a network in memory. Every invariant is asserted after every
 * event; the same options and calls give the same run.
 */
export class TestCluster implements Surroundings {
  readonly clock = new VirtualClock(BEGINNING)
  readonly random: Random
  readonly network: MemoryNetwork
  readonly members: TestMember[] = []
  readonly checker: Checker
  readonly callers: Callers
  readonly settings: ClusterSettings
  readonly heartbeatMs: number
  readonly clusterId: string
  /** All that has happened. */
  readonly trace = new Trace()
  /** Events that have happened. */
  steps = 0
  /** What those speak who come. */
  protocol: Protocol
  private readonly touch = new Set<TestMember>()
  private readonly overseer: Overseer
  private readonly byAddress = new Map<string, TestMember>()
  private readonly byId = new Map<string, TestMember>()

  constructor(private readonly options: TestClusterOptions = {}) {
    const { seed = 1, electionTimeoutMs = 200, faults = { delayMs: [1, 5] }, timeoutMs = 10_000 } = options
    this.random = seededRandom(seed)
    this.protocol = options.protocol ?? PROTOCOL
    this.heartbeatMs = options.heartbeatMs ?? electionTimeoutMs / 5
    this.settings = { electionTimeoutMs, ...(options.leases ?? { leaseMs: 0, clockBoundMs: 0 }) }
    this.network = new MemoryNetwork({ clock: this.clock, random: this.fork(), faults })
    this.checker = new Checker(id => this.byId.get(id)?.disk)
    this.overseer = new Overseer(this.clock, this.checker)
    this.callers = new Callers(this, this.checker, timeoutMs, options.slowestRate ?? 1)
    this.clusterId = randomHex(this.random, 16)
    const { clock, trace, checker, overseer, byAddress } = this
    const wire = { clock, trace, checker, overseer, byAddress, leaders: () => this.leaders }
    this.network.traffic$.subscribe(traffic => follow(wire, traffic))
  }

  // --- surroundings of members ---

  newMachine = (): MemberMachine => this.options.newMachine?.() ?? new DigestMachine()

  contactsOf = (member: Watched): readonly string[] =>
    this.members.filter(other => other !== member).map(({ address }) => address)

  fork(): Random {
    return seededRandom(Math.floor(this.random.next() * 2 ** 52))
  }

  touched = (member: TestMember): void => void this.touch.add(member)

  failed({ life, disk }: TestMember, error: KayakError): void {
    this.checker.note(honestFailure(life, error, disk.isDamaged))
  }

  stopped = (life: string, timers: number): void => this.checker.note(leavesNoTimer(life, timers))

  applying(life: string, entry: LogEntry): void {
    this.trace.text(life)
    this.trace.number(entry.index)
    this.checker.applying(life, entry, this.clock.now())
  }

  // --- growing ---

  /** A member that doesn't run yet. */
  add(name = `m${this.members.length + 1}`, address?: string): TestMember {
    const { diskMs = [0, 2], skewMs = 0 } = this.options
    const member = new TestMember(name, this, Math.round(this.random.next() * skewMs), address, this.protocol)
    member.disk.latencyMs = diskMs
    this.members.push(member)
    this.byAddress.set(member.address, member)
    this.byId.set(member.id, member)
    return member
  }

  found(): TestMember {
    const first = this.add()
    first.found(this.clusterId, this.settings)
    return first
  }

  /** A joiner that runs, and asks a member to let it in. */
  join(by: TestMember, name?: string, at?: string): { readonly joiner: TestMember; readonly operation: Operation } {
    const joiner = this.newcomer(name, at)
    return { joiner, operation: this.callers.change(by, adding(joiner)) }
  }

  /** The same, but it stays a learner. */
  learn(by: TestMember, heard: (joiner: TestMember, operation: Operation) => void): void {
    const joiner = this.newcomer()
    this.callers.change(by, { ...adding(joiner), asLearner: true }, operation => heard(joiner, operation))
  }

  private newcomer(name?: string, at?: string): TestMember {
    const joiner = this.add(name, at)
    joiner.enter(this.clusterId)
    return joiner
  }

  /** Founds a cluster and grows it, until all are voters. */
  grow(size: number): this {
    const first = this.found()
    this.until(() => first.isLeader, 'the founder to lead')
    while (this.members.length < size) this.join(first)
    this.until(() => this.members.every(member => this.isVoter(member)), 'all to be voters')
    return this
  }

  /** Whether a member knows itself a voter of a committed roster. */
  isVoter({ replica, id }: TestMember): boolean {
    return replica?.committedRoster.voters.some(voter => voter.id === id) === true
  }

  /** Gives a member that doesn't run another address, where it is when it is started again. */
  move(member: TestMember, address: string): void {
    member.address = address
    this.byAddress.set(address, member)
  }

  // --- time ---

  /** The next event, after which everything is checked. False if there is none. */
  step(): boolean {
    this.check()
    if (!this.clock.step()) return false
    this.steps++
    this.check()
    return true
  }

  run(ms: number): void {
    const end = this.clock.now() + ms
    while ((this.clock.next ?? Infinity) <= end) this.step()
    this.clock.advanceTo(end)
    const paused = new Set(this.members.filter(({ isPaused }) => isPaused).map(({ name }) => name))
    for (const operation of this.open())
      if (!paused.has(operation.by)) this.checker.note(settlesInTime(operation, end - 1))
    this.check()
  }

  /** Goes on until something is so; fails if it isn't within the limit. */
  until(isSo: () => boolean, what: string, limitMs = 20_000): void {
    const end = this.clock.now() + limitMs
    while (!isSo()) {
      if ((this.clock.next ?? Infinity) > end || !this.step())
        assert.fail(`Waited ${limitMs} ms for ${what}.\n${this.describe()}`)
    }
  }

  // --- asking ---

  append(at: TestMember = this.leader, call: AppendCall = {}, heard?: Heard): Operation {
    return this.callers.append(at, call, heard)
  }

  barrier(at: TestMember = this.leader, timeoutMs?: number, heard?: Heard): Operation {
    return this.callers.barrier(at, timeoutMs, heard)
  }

  remove(member: TestMember, by: TestMember = this.leader): Operation {
    return this.callers.change(by, { type: 'remove', id: member.id })
  }

  /** Appends, and goes on until that is acknowledged. */
  commit(at: TestMember = this.leader): Operation {
    const operation = this.append(at)
    this.until(() => operation.ending !== undefined, 'an append to be answered')
    assert.equal(operation.ending, 'done', `An append failed: ${String(operation.error)}`)
    return operation
  }

  // --- looking ---

  get running(): readonly TestMember[] {
    return this.members.filter(member => member.member !== undefined)
  }

  /** Who was last given an address. */
  at(address: string): TestMember | undefined {
    return this.byAddress.get(address)
  }

  get leaders(): readonly TestMember[] {
    return this.members.filter(member => member.isLeader)
  }

  /** The leader of the newest term; fails if there is none. */
  get leader(): TestMember {
    const [leader] = [...this.leaders].sort((a, b) => termOf(b) - termOf(a))
    if (leader === undefined) assert.fail(`Nobody leads.\n${this.describe()}`)
    return leader
  }

  get followers(): readonly TestMember[] {
    const { leader } = this
    return this.running.filter(member => member !== leader)
  }

  get term(): number {
    return Math.max(...this.running.map(termOf))
  }

  /** Whether those members, by default all that run, have one leader and have applied the same. */
  isConverged(members: readonly TestMember[] = this.running): boolean {
    const [first] = members
    return members.every(({ replica }) => {
      if (replica === undefined || first?.replica === undefined) return false
      const { applied, commit, standing } = replica
      const same = applied === first.replica.applied && standing.term === first.replica.standing.term
      return same && applied === commit && commit === replica.parts.log.last.index && standing.leader !== undefined
    })
  }

  /** Goes on until those members, by default all that run then, are equal. */
  converge(members?: readonly TestMember[], limitMs?: number): void {
    this.until(() => this.isConverged(members), 'all to be equal', limitMs)
    assert.equal(new Set((members ?? this.running).map(({ state }) => state)).size, 1, this.describe())
  }

  open(): readonly Operation[] {
    return this.checker.ledger.operations.filter(({ ending }) => ending === undefined)
  }

  /** How all members stand, a line each. */
  describe(): string {
    const nameOf = (id: string): string => this.byId.get(id)?.name ?? '?'
    const lines = this.members.map(member => standingOf(member, nameOf))
    return [`at ${this.clock.now() - BEGINNING} ms, step ${this.steps}`, ...lines].join('\n')
  }

  /** Stops all members, and sees that nothing of them is left. */
  close(): void {
    for (const member of this.members) member.stop()
    this.run(60_000)
    const locks = this.members.filter(({ disk }) => disk.isLocked).length
    this.checker.note(
      noLeaks({ timers: this.clock.pending, locks, listeners: this.network.listeners, open: this.open() }),
    )
    this.check()
  }

  private check(): void {
    for (const member of this.touch) {
      this.checker.look(member)
      this.overseer.look(member)
    }
    this.touch.clear()
    this.options.look?.()
    const fault = this.checker.conclude()
    if (fault !== undefined) throw new assert.AssertionError({ message: `${fault}\n${this.describe()}` })
  }
}

const adding = ({ id, address }: TestMember) => ({ type: 'add', id, address }) as const
const termOf = ({ replica }: TestMember): number => replica?.standing.term ?? 0
