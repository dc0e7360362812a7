import type { LogEntry } from '../../../streams/rules/entry.js'
import { DigestMachine, type MemberMachine } from '../cluster/digest-machine.js'
import { stateOf, type Model } from '../linearizability/model.js'

/** What a machine may know of an entry: as `contextOf(entry)`. */
export type AppliedEntry = Pick<LogEntry, 'index' | 'term' | 'time'>

/** A state machine of a consumer, as each member runs one of its own. */
export interface SimulatedMachine<Input, Output> {
  /** Applies what has committed, and says what came of it. Of the entry it may take time and chance. */
  apply(input: Input, entry: AppliedEntry): Output
  /** Answers a question, and changes nothing. */
  read(input: Input): Output
  /** All that it holds. */
  snapshot(): Uint8Array
  /** Goes on from what another has held. Called on a new machine only. */
  restore(snapshot: Uint8Array): void
}

/**
 * A machine that does what a model says, by the book: to try kayak with, or to compare with. Its snapshots are JSON: the
 * model's states have to be.
 */
export function machineOf<State, Input, Output>(
  model: Model<State, Input, Output>,
): SimulatedMachine<Input, Output> & {
  /** Applies an input. It needs no entry for that. */
  apply(input: Input): Output
} {
  let states = new Map<string, State>()
  const step = (input: Input): { readonly key: string; readonly state: State; readonly output: Output } => {
    const key = model.key?.(input) ?? ''
    return { key, ...model.step(stateOf(model, states, key), input) }
  }
  return {
    apply: input => {
      const { key, state, output } = step(input)
      states.set(key, state)
      return output
    },
    read: input => step(input).output,
    snapshot: () => encode([...states]),
    // what snapshot() has made
    restore: bytes => void (states = new Map(decode(bytes) as [string, State][])),
  }
}

export const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
export const decode = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes))

/** What the simulation appends beside its clients: no machine is given it, and so it is nothing to search an order for. */
export const MEANINGLESS = new Uint8Array(0)
const LENGTH_BYTES = 4

/** A machine that answers nothing has answered, and what it should have is compared with that. */
const answered = <Output>(output: Output): Output => (output === undefined ? (null as Output) : output) // as JSON has it

/** Runs a consumer's machine on a member, beside the digest by which members are compared. */
export class MachineRunner<Input, Output> implements MemberMachine {
  private readonly digest = new DigestMachine()
  private machine: SimulatedMachine<Input, Output>
  /** What came of the entries that were applied in this life, by index. */
  private readonly outputs = new Map<number, Output>()

  constructor(
    private readonly newMachine: () => SimulatedMachine<Input, Output>,
    private readonly applied: (index: number, input: Input, output: Output) => void,
    /** Told what the machine has thrown: that is its own fault, and no other may come of it. */
    private readonly threw: (doing: string, error: unknown) => void,
  ) {
    this.machine = newMachine()
  }

  get state(): string {
    return this.digest.state
  }

  apply(entry: LogEntry): void {
    this.digest.apply(entry)
    if (entry.payload.byteLength === MEANINGLESS.byteLength) return
    // what the clients of the simulation have appended
    const input = decode(entry.payload) as Input
    this.guarded(`applies entry ${entry.index}`, () => {
      const output = answered(this.machine.apply(input, entry))
      this.outputs.set(entry.index, output)
      this.applied(entry.index, input, output)
    })
  }

  /** What the machine answers; nothing where it throws. */
  read(input: Input): Output | undefined {
    return this.guarded('reads', () => answered(this.machine.read(input)))
  }

  /** What came of an entry, if it was applied in this life and not skipped by a snapshot. */
  outputAt(index: number): Output | undefined {
    return this.outputs.get(index)
  }

  /** What the machine alone holds. */
  contents(): Uint8Array {
    return this.guarded('makes a snapshot', () => this.machine.snapshot()) ?? new Uint8Array(0)
  }

  snapshot(bytes: number): Uint8Array {
    const digest = this.digest.snapshot(bytes)
    const contents = this.contents()
    const whole = new Uint8Array(LENGTH_BYTES + digest.byteLength + contents.byteLength)
    new DataView(whole.buffer).setUint32(0, digest.byteLength)
    whole.set(digest, LENGTH_BYTES)
    whole.set(contents, LENGTH_BYTES + digest.byteLength)
    return whole
  }

  restore(snapshot: Uint8Array): void {
    const end = LENGTH_BYTES + new DataView(snapshot.buffer, snapshot.byteOffset).getUint32(0)
    this.reset()
    this.digest.restore(snapshot.subarray(LENGTH_BYTES, end))
    this.guarded('restores a snapshot', () => this.machine.restore(snapshot.slice(end)))
  }

  private guarded<T>(doing: string, work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      this.threw(doing, error)
      return undefined
    }
  }

  reset(): void {
    this.digest.reset()
    this.outputs.clear()
    this.machine = this.newMachine()
  }
}
