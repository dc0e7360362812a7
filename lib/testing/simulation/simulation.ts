import assert from 'node:assert/strict'
import { Subscription } from 'rxjs'
import { LIMITS } from '../../../streams/contracts/limits.js'
import { hasQuorum } from '../cluster/has-quorum.js'
import { isPlaced } from '../cluster/is-placed.js'
import { isUpToDate } from '../../../streams/rules/vote.js'
import { BEFORE } from '../cluster/next-version.js'
import { isPreferred } from '../cluster/is-preferred.js'
import type { Operation } from '../cluster/operations.js'
import { rosterOnDisk } from '../cluster/roster-on-disk.js'
import { TestCluster } from '../cluster/test-cluster.js'
import type { TestMember } from '../cluster/test-member.js'
import { recoveryBoundMs } from '../invariants/index.js'
import { checkLinearizable } from '../linearizability/check.js'
import { explains } from '../linearizability/witness.js'
import type { Call } from '../linearizability/history.js'
import { Recorder } from '../replay/recorder.js'
import { Client } from './client.js'
import { TROUBLE } from './faults.js'
import { encode, machineOf, MachineRunner, MEANINGLESS } from './machine.js'
import { Nemesis } from './nemesis/nemesis.js'
import { STRIKES } from './nemesis/strikes.js'
import type { SimulationOptions } from './options.js'
import { outcomeOf, type Unknown } from './outcomes.js'
import { planFaults, type PlannedFault } from './plan.js'
import type { Workload } from './workload.js'

/** One run. */
export class Simulation<State, Input, Output> {
  readonly cluster: TestCluster
  readonly seed: number
  readonly positions = new Map<Call<Input, Output>, number>()
  readonly calls: Call<Input, Output>[] = []
  readonly unknowns: Unknown<Input, Output>[] = []
  readonly plan: readonly PlannedFault[]
  readonly workload: Workload<State, Input, Output>
  /** Tells whoever looks on. */
  readonly recorder: Recorder | undefined
  private readonly begunAt: number
  private endedAt: number | undefined
  private readonly durationMs: number
  private readonly nemesis: Nemesis
  private readonly runners = new Map<object, MachineRunner<Input, Output>>()
  private readonly outputs = new Map<number, string>()
  private readonly members: number
  private readonly strikes = new Subscription()

  constructor(private readonly options: SimulationOptions<State, Input, Output>) {
    const { seed, members = 3, faults = TROUBLE, workload, duration = 10_000 } = options
    const { network, diskMs, skewMs } = faults
    const newMachine = (): MachineRunner<Input, Output> => this.newRunner()
    const { observe, leases } = options
    const look = observe && { look: () => this.recorder?.look() }
    const slowestRate = 1 - faults.drift
    this.cluster = new TestCluster({
      seed,
      faults: network,
      diskMs,
      skewMs,
      slowestRate,
      newMachine,
      protocol: BEFORE,
      ...(leases && { leases }),
      ...look,
    })
    this.recorder = observe && new Recorder(this.cluster, observe)
    this.members = members
    this.seed = seed
    this.workload = workload
    this.durationMs = duration
    this.plan = options.plan ?? planFaults(seed, faults, duration)
    this.nemesis = new Nemesis(this.cluster, faults)
    this.begunAt = this.cluster.clock.now()
  }

  /** For how long it went on, without the wait at its end in which nothing must happen any more. */
  get virtualMs(): number {
    return Math.round((this.endedAt ?? this.cluster.clock.now()) - this.begunAt)
  }

  run(): void {
    const { cluster, workload, durationMs } = this
    cluster.grow(this.members)
    const clients = Array.from({ length: workload.clients }, (_, at) => new Client(this, cluster.fork(), `c${at + 1}`))
    for (const client of clients) client.start()
    for (const fault of this.plan) this.strikes.add(cluster.clock.schedule(() => this.strike(fault), fault.atMs))
    cluster.run(durationMs)
    this.strikes.unsubscribe()
    this.nemesis.end()
    if (this.isStranded) return this.abandon(clients)
    this.recover()
    for (const client of clients) client.stop()
    cluster.until(() => clients.every(({ isIdle }) => isIdle), 'the clients to be answered', this.longestCall)
    this.converge()
    this.end()
  }

  machineOf({ machine }: TestMember): MachineRunner<Input, Output> {
    const runner = this.runners.get(machine)
    assert.ok(runner, 'A member runs a machine that is none of this simulation.')
    return runner
  }

  private get longestCall(): number {
    return ((this.workload.retries + 2) * (this.workload.timeoutMs + 100)) / (1 - this.drift)
  }

  private get drift(): number {
    return (this.options.faults ?? TROUBLE).drift
  }

  /** The time within which a cluster without faults has a leader, and within which that acknowledges. */
  private get bound(): number {
    const { settings, running } = this.cluster
    const voters = Math.max(...running.map(({ replica }) => replica?.roster.voters.length ?? 0))
    const timeouts = running.map(({ replica }) => replica?.roster.settings.electionTimeoutMs ?? 0)
    return recoveryBoundMs(Math.max(settings.electionTimeoutMs, ...timeouts), voters)
  }

  /**
   * Whether so many disks were lost that who has the most of the log can have no quorum again: then a cluster only has
   * to lose nothing. A change of the roster that was under way when a disk was lost may bring that about.
   */
  get isStranded(): boolean {
    const { members } = this.cluster
    const lost = members.filter(({ isLost }) => isLost).map(({ id }) => id)
    const rest = members.filter(({ isLost, end }) => !isLost && end !== 'removed').map(({ disk }) => disk.durable())
    const most = rest.find(({ last }) => rest.every(other => isUpToDate(last, other.last)))
    return lost.length > 0 && most !== undefined && !hasQuorum(rosterOnDisk(most), id => !lost.includes(id))
  }

  /** What can be judged of a cluster that doesn't come back. */
  private abandon(clients: readonly Client<State, Input, Output>[]): void {
    for (const client of clients) client.stop()
    const idle = (): boolean => clients.every(({ isIdle }) => isIdle)
    this.cluster.until(idle, 'the clients to be answered', this.longestCall)
    this.end()
  }

  private strike(fault: PlannedFault): void {
    const strike = (): void => STRIKES[fault.kind](this.nemesis, fault)
    if (this.recorder === undefined) strike()
    else this.recorder.strike(fault, () => this.nemesis.takeChosen(), strike)
  }

  private newRunner(): MachineRunner<Input, Output> {
    const machine = this.options.machine ?? (() => machineOf(this.workload.model))
    const runner = new MachineRunner<Input, Output>(
      machine,
      (index, input, output) => {
        this.recorder?.applied(runner, index, input, output)
        this.compare(index, output)
      },
      (doing, error) => this.cluster.checker.note(thrown(doing, error)),
    )
    this.runners.set(runner, runner)
    return runner
  }

  /** A machine gives the same on every member, and again after a restart. */
  private compare(index: number, output: Output): void {
    const text = JSON.stringify(output)
    const known = this.outputs.get(index)
    if (known === undefined) this.outputs.set(index, text)
    else if (known !== text)
      this.cluster.checker.note(`entry ${index} gave ${known} to one machine and ${text} to another`)
  }

  /**
   * Sees that there is a leader in time, and that an append and a barrier are done in time after that. A failed write that
   * nobody has needed may show itself only now, once a disk: then that was the last fault, and the time begins anew.
   */
  private recover(lateFaults = 0): void {
    const { cluster } = this
    cluster.until(() => this.hasLeader(), 'one leader', this.bound)
    const isLate = (): boolean => lateFaults < cluster.members.length && this.failed().length > 0
    const asked = [() => this.appendUnheard(), () => cluster.barrier(cluster.leader)]
    const waiting = asked.map(ask => ({ ask, operation: ask() }))
    const askAgain = (): void => {
      for (const one of waiting) if (this.mayAskAgain(one.operation) && this.hasLeader()) one.operation = one.ask()
    }
    const areDone = (): boolean => waiting.every(({ operation }) => operation.ending === 'done')
    const isOver = (): boolean => (askAgain(), areDone() || isLate())
    // who is needed for a quorum may have to be sent a snapshot before
    cluster.until(isOver, 'an append and a barrier to be acknowledged', this.bound + this.snapshotsMs)
    if (!areDone()) this.recover(lateFaults + 1)
  }

  /** Whether something has ended otherwise than it should, a while ago: what is refused at once is refused for some time. */
  private mayAskAgain({ ending, settledAt = Infinity }: Operation): boolean {
    const { clock, heartbeatMs } = this.cluster
    return ending !== undefined && ending !== 'done' && clock.now() - settledAt >= heartbeatMs
  }

  /** An append of which no client is told what became. */
  private appendUnheard(): Operation {
    const { cluster } = this
    const input = this.command()
    if (input === undefined) return cluster.append(cluster.leader, { payload: MEANINGLESS })
    const call: Call<Input, Output> = { input, invokedAt: cluster.clock.now(), outcome: 'unknown' }
    const append = cluster.append(cluster.leader, { payload: encode(input) })
    this.calls.push(call)
    this.unknowns.push({ call, id: append.id })
    return append
  }

  private converge(): void {
    const { cluster } = this
    const isEqual = (): boolean => this.hasLeader() && cluster.isConverged(this.present())
    cluster.until(isEqual, 'all to be equal', 5000 + this.bound + this.snapshotsMs)
    const isSingle = (): boolean => isEqual() && cluster.leader.replica?.roster.outgoing.length === 0
    cluster.until(isSingle, 'a joint roster to be left', this.bound)
    const isWell = (): boolean => isSingle() && isPlaced(cluster)
    cluster.until(isWell, 'the roster to have all where they are', 5000 + this.bound)
    const isLed = (): boolean => isWell() && isPreferred(cluster.leader)
    cluster.until(isLed, 'whoever is preferred to lead', 5000 + this.preferenceMs)
    assert.equal(new Set(this.present().map(({ state }) => state)).size, 1, cluster.describe())
  }

  /** Within which a leader looks twice whether another is preferred, and hands over. */
  private get preferenceMs(): number {
    const timeoutMs = this.cluster.leader.replica?.electionTimeoutMs ?? 0
    return ((2 * LIMITS.preferenceTimeouts + 4) * timeoutMs) / (1 - this.drift)
  }

  /** How long it takes to send everybody the newest snapshot, at the pace to which they are held. */
  private get snapshotsMs(): number {
    const { members } = this.cluster
    const bytes = Math.max(...members.map(({ disk }) => disk.snapshots.at(-1)?.meta.bytes ?? 0))
    return (1000 * members.length * bytes) / LIMITS.snapshotBytesPerSecond / (1 - this.drift)
  }

  /** A command like those of clients; none where they have none. */
  private command(): Input | undefined {
    const random = this.cluster.fork()
    for (let tries = 0; tries < 1000; tries++) {
      const { type, input } = this.workload.next(random)
      if (type === 'command') return input
    }
    return undefined
  }

  private hasLeader(): boolean {
    for (const member of this.failed()) member.start()
    if (this.cluster.leaders.length === 0) return false
    const { leader } = this.cluster
    return this.present().every(({ replica }) => replica?.standing.leader?.id === leader.id)
  }

  /** Who has failed, and can be started again. */
  private failed(): readonly TestMember[] {
    return this.cluster.members.filter(({ hasFailed, isLost }) => hasFailed && !isLost)
  }

  /** Those whom the leader's roster has. */
  private present(): readonly TestMember[] {
    const { members, leader } = this.cluster
    const { voters = [], learners = [] } = leader.replica?.roster ?? {}
    const ids = new Set([...voters, ...learners].map(({ id }) => id))
    return members.filter(({ id, end, isLost }) => ids.has(id) && end !== 'removed' && !isLost)
  }

  private end(): void {
    this.judge()
    this.endedAt = this.cluster.clock.now()
    this.cluster.close()
  }

  private judge(): void {
    const { ledger } = this.cluster.checker
    const { calls, positions, unknowns } = this
    const outcomes = new Map(unknowns.map(unknown => [unknown.call, outcomeOf(ledger, unknown)]))
    for (const { call, id } of unknowns) positions.set(outcomes.get(call) ?? call, ledger.applied.get(id) ?? Infinity)
    const known = calls.map(call => outcomes.get(call) ?? call).filter(({ outcome }) => outcome !== 'rejected')
    const at = (call: Call<Input, Output>): number => positions.get(call) ?? Infinity
    // the log's own order is right if anything is; only where it isn't, others have to be looked for
    if (
      explains(
        this.workload.model,
        [...known].sort((one, other) => at(one) - at(other)),
      )
    )
      return
    const verdict = checkLinearizable(this.workload.model, known)
    if (verdict.ok) return
    const { key, calls: part, explained } = verdict
    const unexplained = part.filter(call => !explained.includes(call)).slice(0, 5)
    assert.fail(
      `what clients have seen of ${JSON.stringify(key)} has no order: ${explained.length} of ${part.length} calls can ` +
        `be explained, not ${unexplained.map(call => JSON.stringify(call)).join(', ')}`,
    )
  }
}

/** What a consumer's machine has thrown, and where. */
const thrown = (doing: string, error: unknown): string =>
  `a machine throws as it ${doing}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
