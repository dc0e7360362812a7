import assert from 'node:assert/strict'
import { lowerLimits, type Limits } from '../cluster/limits.js'
import { TestCluster } from '../cluster/test-cluster.js'
import type { TestMember } from '../cluster/test-member.js'
import { checkLinearizable } from '../linearizability/check.js'
import type { Call } from '../linearizability/history.js'
import { Client } from './client.js'
import { TROUBLE, type SimulatedFaults } from './faults.js'
import { encode, machineOf, MachineRunner, type SimulatedMachine } from './machine.js'
import { Nemesis } from './nemesis.js'
import { planFaults, type PlannedFault } from './plan.js'
import type { Workload } from './workload.js'

/** What to simulate. The same options give the same run. */
export interface SimulationOptions<State, Input, Output> {
  readonly seed: number
  /** Members to begin with. Default 3. */
  readonly members?: number
  /** What goes wrong. Default {@link TROUBLE}. */
  readonly faults?: SimulatedFaults
  /** What clients do, and what should come of it. */
  readonly workload: Workload<State, Input, Output>
  /** Makes a member's machine. Default: one that does what the workload's model says. */
  readonly machine?: () => SimulatedMachine<Input, Output>
  /** How long things go wrong, in virtual milliseconds. Default 10,000. */
  readonly duration?: number
  /** The faults, instead of those that the seed gives: as when a run is shrunk. */
  readonly plan?: readonly PlannedFault[]
  /** Bounds of kayak's that are lowered, so that what happens at them happens often. */
  readonly limits?: Partial<Limits>
}

/** What became of a simulation. */
export interface SimulationReport<Input, Output> {
  readonly seed: number
  readonly ok: boolean
  /** What was wrong, where something was. */
  readonly failure: string | undefined
  /** A digest of all that happened: equal for equal runs. */
  readonly trace: string
  /** Events, virtual milliseconds and terms that it took. */
  readonly events: number
  readonly virtualMs: number
  readonly terms: number
  readonly committed: number
  readonly plan: readonly PlannedFault[]
  /** What clients did and saw. */
  readonly calls: readonly Call<Input, Output>[]
}

/** Small enough that a short run gets to pipelines, chunks, tails and windows. */
const SMALL: Partial<Limits> = {
  tailEntries: 4,
  tailBytes: 1500,
  batchBytes: 500,
  readBytes: 600,
  snapshotChunkBytes: 300,
  sessionWindow: 8,
  pipelineMessages: 4,
}

/** One run. */
class Simulation<State, Input, Output> {
  readonly cluster: TestCluster
  readonly calls: Call<Input, Output>[] = []
  readonly plan: readonly PlannedFault[]
  readonly workload: Workload<State, Input, Output>
  private readonly begunAt: number
  private readonly durationMs: number
  private readonly nemesis: Nemesis
  private readonly runners = new Map<object, MachineRunner<Input, Output>>()
  private readonly outputs = new Map<number, string>()
  private readonly members: number

  constructor(private readonly options: SimulationOptions<State, Input, Output>) {
    const { seed, members = 3, faults = TROUBLE, workload, duration = 10_000 } = options
    const { network, diskMs, skewMs } = faults
    const newMachine = (): MachineRunner<Input, Output> => this.newRunner()
    this.cluster = new TestCluster({ seed, faults: network, diskMs, skewMs, newMachine })
    this.members = members
    this.workload = workload
    this.durationMs = duration
    this.plan = options.plan ?? planFaults(seed, faults, duration)
    this.nemesis = new Nemesis(this.cluster, faults)
    this.begunAt = this.cluster.clock.now()
  }

  get virtualMs(): number {
    return Math.round(this.cluster.clock.now() - this.begunAt)
  }

  run(): void {
    const { cluster, workload, durationMs } = this
    cluster.grow(this.members)
    const clients = Array.from({ length: workload.clients }, () => new Client(this, cluster.fork()))
    for (const client of clients) client.start()
    for (const fault of this.plan) cluster.clock.schedule(() => this.nemesis.strike(fault), fault.atMs)
    cluster.run(durationMs)
    this.nemesis.end()
    this.recover()
    for (const client of clients) client.stop()
    cluster.until(() => clients.every(({ isIdle }) => isIdle), 'the clients to be answered', this.longestCall)
    this.converge()
    this.judge()
    cluster.close()
  }

  machineOf({ machine }: TestMember): MachineRunner<Input, Output> {
    const runner = this.runners.get(machine)
    assert.ok(runner, 'A member runs a machine that is none of this simulation.')
    return runner
  }

  private get longestCall(): number {
    return (this.workload.retries + 2) * (this.workload.timeoutMs + 100)
  }

  /** The time within which a cluster without faults has a leader and acknowledges (invariant 17). */
  private get bound(): number {
    const { cluster } = this
    return 2 * cluster.settings.electionTimeoutMs * (cluster.members.length >= 7 ? 10 : 5)
  }

  private newRunner(): MachineRunner<Input, Output> {
    const machine = this.options.machine ?? (() => machineOf(this.workload.model))
    const runner = new MachineRunner(machine, (index, output) => this.compare(index, output))
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

  private recover(): void {
    const { cluster } = this
    cluster.until(() => this.hasLeader(), 'one leader', this.bound + 500)
    const input = this.command()
    const invokedAt = cluster.clock.now()
    const append = cluster.append(cluster.leader, { payload: encode(input) })
    cluster.until(() => append.ending !== undefined, 'an append to be acknowledged', this.bound)
    if (append.ending !== 'rejected') this.calls.push({ input, invokedAt, outcome: 'unknown' })
  }

  private converge(): void {
    const { cluster } = this
    cluster.until(() => this.hasLeader() && cluster.isConverged(this.present()), 'all to be equal', 5000 + this.bound)
    assert.equal(new Set(this.present().map(({ state }) => state)).size, 1, cluster.describe())
  }

  /** A command like those of clients. */
  private command(): Input {
    const random = this.cluster.fork()
    for (;;) {
      const { type, input } = this.workload.next(random)
      if (type === 'command') return input
    }
  }

  private hasLeader(): boolean {
    for (const member of this.cluster.members) if (member.hasFailed) member.start()
    if (this.cluster.leaders.length === 0) return false
    const { leader } = this.cluster
    return this.present().every(({ replica }) => replica?.standing.leader?.id === leader.id)
  }

  /** Those whom the leader's roster has. */
  private present(): readonly TestMember[] {
    const { members, leader } = this.cluster
    const { voters = [], learners = [] } = leader.replica?.roster ?? {}
    const ids = new Set([...voters, ...learners].map(({ id }) => id))
    return members.filter(({ id, end }) => ids.has(id) && end !== 'removed')
  }

  private judge(): void {
    const verdict = checkLinearizable(this.workload.model, this.calls)
    if (verdict.ok) return
    const { key, calls, explained } = verdict
    const unexplained = calls.filter(call => !explained.includes(call)).slice(0, 5)
    assert.fail(
      `what clients have seen of ${JSON.stringify(key)} has no order: ${explained.length} of ${calls.length} calls can ` +
        `be explained, not ${unexplained.map(call => JSON.stringify(call)).join(', ')}`,
    )
  }
}

/**
 * Runs a whole cluster in one process and in virtual time: the shipped member over a network, disks and clocks of its
 * own, with faults and clients that a seed decides. Then all faults end, and the cluster must recover.
 *
 * Every invariant is asserted after every event; what clients have seen must be linearizable. Nothing outside has a
 * part in it: the same options give the same run.
 */
export function simulate<State, Input, Output>(
  options: SimulationOptions<State, Input, Output>,
): SimulationReport<Input, Output> {
  const restore = lowerLimits({ ...SMALL, ...options.limits })
  const simulation = new Simulation(options)
  let failure: string | undefined
  try {
    simulation.run()
  } catch (error) {
    failure =
      error instanceof assert.AssertionError ? error.message : String(error instanceof Error ? error.stack : error)
  } finally {
    restore()
  }
  const { cluster, virtualMs, plan, calls } = simulation
  return {
    seed: options.seed,
    ok: failure === undefined,
    failure,
    trace: cluster.trace.toString(16).padStart(8, '0'),
    events: cluster.steps,
    virtualMs,
    terms: Math.max(0, ...cluster.checker.ledger.led.keys()),
    committed: cluster.checker.ledger.commit,
    plan,
    calls,
  }
}
