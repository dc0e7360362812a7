import { randomHex, type Random } from '../../../streams/contracts/clock.js'
import { LIMITS } from '../../../streams/contracts/limits.js'
import { DATED_DIGITS, datedSession, UNDATED_DIGITS, undatedSession } from '../../../streams/rules/session.js'
import type { AppendCall } from '../cluster/callers.js'
import type { Operation } from '../cluster/operations.js'
import type { TestCluster } from '../cluster/test-cluster.js'
import type { TestMember } from '../cluster/test-member.js'
import { readsOwnWrites } from '../invariants/index.js'
import type { Call } from '../linearizability/history.js'
import type { CallName, Recorder } from '../replay/recorder.js'
import type { Unknown } from './outcomes.js'
import { encode, type MachineRunner } from './machine.js'
import type { Request, Workload } from './workload.js'

/** How likely a client begins another session, and how likely that has no date. */
const FICKLE = 0.2
const UNDATED = 0.3
/** How likely it asks once more for what was done long ago, and of how many things it may. */
const STUBBORN = 0.15
const REMEMBERED = 30
/** What reads an entry stands between it and the next. */
const BEHIND = 0.5
/** Without it time would stand still while nobody leads. */
const LEAST_REST_MS = 0.1
/** How likely an append is asked of two members at once. */
const IMPATIENT = 0.1
/** How likely a weaker read is asked for beside something else. */
const CURIOUS = 0.3
/** How stale a weak read may be at most. */
const STALEST = { ms: 200, entries: 8 }

/** What a client needs of the simulation that it is in. */
export interface ClientSurroundings<State, Input, Output> {
  readonly cluster: TestCluster
  readonly workload: Workload<State, Input, Output>
  /** What a member runs. */
  machineOf(member: TestMember): MachineRunner<Input, Output>
  /** Everything that clients have done. */
  readonly calls: Call<Input, Output>[]
  /** Where in the log they have taken effect, as far as that is known: what reads stands behind the entry there. */
  readonly positions: Map<Call<Input, Output>, number>
  /** Those of them whose outcome nobody knows. */
  readonly unknowns: Unknown<Input, Output>[]
  readonly recorder: Recorder | undefined
}

/** One that asks, waits for the answer, rests, and asks again, until it is told to stop. */
export class Client<State, Input, Output> {
  /** Whether it waits for nothing any more. */
  isIdle = true
  private session = ''
  private number = 0
  /** What it has appended, which must not be applied once more. */
  private past: readonly AppendCall[] = []
  /** How often it has asked for something. */
  private asked = 0
  /** The greatest index that it has been given. */
  private known = 0
  /** The same, as it asked for what it waits for. */
  private knownBefore = 0
  private isStopping = false

  constructor(
    private readonly around: ClientSurroundings<State, Input, Output>,
    private readonly random: Random,
    private readonly name: string,
  ) {}

  start(): void {
    this.rest()
  }

  /** Asks for nothing more. */
  stop(): void {
    this.isStopping = true
  }

  private rest(): void {
    const { cluster, workload } = this.around
    cluster.clock.schedule(() => this.ask(), Math.max(LEAST_REST_MS, 2 * workload.restMs * this.random.next()))
  }

  private ask(): void {
    const member = this.pickMember()
    if (this.isStopping) return
    if (member === undefined) return this.rest()
    this.isIdle = false
    this.asked++
    this.knownBefore = this.known
    if (this.session === '' || this.random.next() < FICKLE) this.renew()
    if (this.random.next() < STUBBORN) this.repeat(member)
    if (this.random.next() < CURIOUS) this.glance()
    const request = this.around.workload.next(this.random)
    const invokedAt = this.around.cluster.clock.now()
    if (request.type === 'query') this.query(member, request, invokedAt)
    else this.append(member, request, invokedAt, ++this.number, this.doubled(request))
  }

  /** Begins a session, from what it knows to have committed. */
  private renew(): void {
    const { random, known } = this
    this.number = 0
    this.session =
      random.next() < UNDATED
        ? undatedSession(randomHex(random, UNDATED_DIGITS / 2))
        : datedSession(known, randomHex(random, DATED_DIGITS / 2), LIMITS.sessionSpanEntries)
  }

  /** Asks once more for something that was done: whatever comes of it, it is not applied again. */
  private repeat(member: TestMember): void {
    const call = this.past[Math.floor(this.random.next() * this.past.length)]
    if (call !== undefined) this.around.cluster.append(member, call)
  }

  /** Now and then asks another member for the same at once: whichever comes first is applied, and no other. */
  private doubled({ input }: Request<Input>): readonly Operation[] {
    const { session, number } = this
    const { cluster, workload } = this.around
    const member = this.random.next() < IMPATIENT ? this.pickMember() : undefined
    const call = { payload: encode(input), session, number, timeoutMs: workload.timeoutMs }
    return member === undefined ? [] : [cluster.append(member, call)]
  }

  /** A read that may be stale, or that only reflects what this client knows already, on whichever member. */
  private glance(): void {
    const { cluster, workload } = this.around
    const member = this.pickMember()
    const [kind, ms, entries] = [this.random.next(), this.random.next(), this.random.next()]
    if (member === undefined) return
    const { known } = this
    if (kind < 0.5) {
      cluster.callers.reach(member, known, workload.timeoutMs, ({ ending }) => {
        const applied = member.replica?.applied ?? 0
        if (ending !== 'done') return
        cluster.checker.note(readsOwnWrites(this.name, known, applied))
        this.known = Math.max(this.known, applied)
      })
    } else {
      const staleness = { ms: Math.round(STALEST.ms * ms), entries: Math.round(STALEST.entries * entries) }
      cluster.callers.bounded(member, staleness, workload.timeoutMs)
    }
  }

  private query(member: TestMember, { input }: Request<Input>, invokedAt: number): void {
    const { cluster, workload } = this.around
    this.asks(member, input, 1)
    const heard = (operation: Operation): void => {
      const { ending, index } = operation
      this.hears(operation, 1)
      if (ending !== 'done') return this.record({ input, invokedAt, outcome: 'rejected' })
      this.given(index)
      const position = (member.replica?.applied ?? 0) + BEHIND
      this.done({ input, invokedAt }, this.around.machineOf(member).read(input), position)
    }
    if (this.random.next() < 0.5) cluster.callers.lease(member, workload.timeoutMs, heard)
    else cluster.callers.barrier(member, workload.timeoutMs, heard)
  }

  /** Tries an append, and again through others while it is not known what became of it. */
  private append(
    member: TestMember,
    request: Request<Input>,
    invokedAt: number,
    number: number,
    before: readonly Operation[],
    session = this.session,
  ): void {
    const { cluster, workload } = this.around
    const call = { payload: encode(request.input), session, number, timeoutMs: workload.timeoutMs }
    const { input } = request
    this.asks(member, input, before.length + 1)
    cluster.append(member, call, operation => {
      const attempts = [...before, operation]
      this.hears(operation, attempts.length)
      if (operation.ending === 'done') {
        this.given(operation.index)
        this.past = [...this.past, call].slice(-REMEMBERED)
        const { index = 0 } = operation
        return this.done({ input, invokedAt }, this.around.machineOf(member).outputAt(index), index)
      }
      if (operation.error?.code === 'KAYAK_SESSION_EXPIRED' && this.session === session) this.session = ''
      const other = this.pickMember()
      if (other !== undefined && attempts.length <= workload.retries)
        return void cluster.clock.schedule(() => this.append(other, request, invokedAt, number, attempts, session), 1)
      const isRejected = attempts.every(({ ending }) => ending === 'rejected')
      if (isRejected) return this.record({ input, invokedAt, outcome: 'rejected' })
      const unknown: Call<Input, Output> = { input, invokedAt, outcome: 'unknown' }
      this.around.unknowns.push({ call: unknown, id: operation.id })
      return this.record(unknown)
    })
  }

  private given(index = 0): void {
    this.around.cluster.checker.note(readsOwnWrites(this.name, this.knownBefore, index))
    this.known = Math.max(this.known, index)
  }

  private done(begun: Pick<Call<Input, Output>, 'input' | 'invokedAt'>, output: Output | undefined, position: number) {
    const settledAt = this.around.cluster.clock.now()
    const call: Call<Input, Output> = { ...begun, outcome: 'done', settledAt, ...(output !== undefined && { output }) }
    this.around.positions.set(call, position)
    this.record(call)
  }

  private asks({ name }: TestMember, input: Input, attempt: number): void {
    this.around.recorder?.asks({ ...this.call, attempt, member: name }, input)
  }

  private hears(operation: Operation, attempt: number): void {
    this.around.recorder?.hears({ ...this.call, attempt }, operation)
  }

  /** Names its call: a client has one at a time. */
  private get call(): CallName {
    return { client: this.name, call: `${this.name}-${this.asked}` }
  }

  private record(call: Call<Input, Output>): void {
    this.around.calls.push(call)
    this.around.recorder?.settles(this.call, call)
    this.isIdle = true
    if (!this.isStopping) this.rest()
  }

  private pickMember(): TestMember | undefined {
    const { running } = this.around.cluster
    return running[Math.floor(this.random.next() * running.length)]
  }
}
