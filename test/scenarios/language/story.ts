import type { AppendCall, Operation, TestClusterOptions, TestMember } from '../../../lib/testing/cluster/index.js'
import { lowerLimits, type Limits } from '../../../lib/testing/cluster/index.js'
import type { RosterStep } from '../../../streams/rules/membership.js'
import { Narrator } from './narrator.js'
import { ToldCluster, type SteeredChance } from './told-cluster.js'

/** All appends of a story are of one session, so that the same append can be asked for again. */
const SESSION = '0bcdef0123456789abcd'

/** What a network and a disk take, unless a story says otherwise: nothing drawn, so that times are easy to follow. */
const USUAL: TestClusterOptions = { faults: { delayMs: [5, 5] }, diskMs: 2, timeoutMs: 5000 }

/** A cluster and all that a story knows of it. */
export class Story {
  private made: { readonly cluster: ToldCluster; readonly narrator: Narrator } | undefined
  private readonly chances = new Map<TestMember, SteeredChance>()
  private readonly operations = new Map<string, Operation>()
  private readonly numbers = new Map<string, number>()
  private restoreLimits: (() => void)[] = []
  options: TestClusterOptions = USUAL

  get hasBegun(): boolean {
    return this.made !== undefined
  }

  get cluster(): ToldCluster {
    return this.begin().cluster
  }

  get narrator(): Narrator {
    return this.begin().narrator
  }

  get cast(): readonly TestMember[] {
    return this.made?.cluster.members ?? []
  }

  lower(limits: Partial<Limits>): void {
    this.restoreLimits = [lowerLimits(limits), ...this.restoreLimits]
  }

  /** Sees that nothing is left of the cluster. */
  close(): void {
    const { cluster } = this
    cluster.watch = () => undefined
    cluster.network.heal()
    for (const member of cluster.members) {
      member.resume()
      member.disk.writes = 'work'
    }
    cluster.close()
  }

  /** Puts back what is of the whole process. */
  release(): void {
    for (const restore of this.restoreLimits) restore()
    this.restoreLimits = []
  }

  // --- members ---

  found(): TestMember {
    const { cluster } = this
    const first = cluster.add()
    this.launch(first, () => first.found(cluster.clusterId, cluster.settings))
    return first
  }

  join(name: string, by: TestMember): TestMember {
    const joiner = this.cluster.add(name)
    this.launch(joiner, () => joiner.enter(this.cluster.clusterId))
    this.change('join', { type: 'add', id: joiner.id, address: joiner.address }, joiner, by)
    return joiner
  }

  start(member: TestMember): void {
    const before = this.chances.get(member)
    this.launch(member, () => member.start())
    const chance = this.chances.get(member)
    if (chance !== undefined) chance.fixed = before?.fixed
  }

  /** How long a member waits for its leader from its next draw on; undefined leaves it to chance. */
  setPatience(member: TestMember, ms: number | undefined): void {
    const { electionTimeoutMs } = this.cluster.settings
    const chance = this.chances.get(member)
    // the middle of the draws that give that time
    if (chance !== undefined)
      chance.fixed = ms === undefined ? undefined : (ms - electionTimeoutMs + 0.5) / electionTimeoutMs
  }

  // --- asking ---

  append(payload: string, at: TestMember, timeoutMs?: number): void {
    const number = this.numbers.get(payload) ?? this.numbers.size + 1
    this.numbers.set(payload, number)
    const call: AppendCall = { session: SESSION, number, payload: new TextEncoder().encode(payload) }
    const what = `the append of ${JSON.stringify(payload)}`
    const heard = (operation: Operation): void => this.narrator.settled(what, operation)
    this.note(
      `append ${payload}`,
      this.cluster.append(at, timeoutMs === undefined ? call : { ...call, timeoutMs }, heard),
    )
  }

  barrier(at: TestMember, timeoutMs?: number): void {
    const heard = (operation: Operation): void => this.narrator.settled('the barrier', operation)
    this.note(`barrier ${at.name}`, this.cluster.barrier(at, timeoutMs, heard))
  }

  change(verb: string, step: RosterStep, member: TestMember, by: TestMember): void {
    const what = `${verb} ${member.name}`
    const heard = (operation: Operation): void => this.narrator.settled(`'${what}'`, operation)
    this.note(what, this.cluster.callers.change(by, step, heard))
  }

  /** What was asked for last under a name. */
  operation(name: string): Operation | undefined {
    return this.operations.get(name)
  }

  private note(name: string, operation: Operation): void {
    this.operations.set(name, operation)
  }

  private launch(member: TestMember, start: () => void): void {
    start()
    const chance = this.cluster.latest
    if (chance !== undefined) this.chances.set(member, chance)
  }

  private begin() {
    if (this.made === undefined) {
      const cluster = new ToldCluster(this.options)
      this.made = { cluster, narrator: new Narrator(cluster) }
    }
    return this.made
  }
}
