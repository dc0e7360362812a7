import { KayakError } from '../../../streams/contracts/errors.js'
import { timeline, type Call, type Mark } from './history.js'
import type { Model } from './model.js'

/** Which calls have been placed, as bits. */
class Placed {
  constructor(private readonly words: Uint32Array) {}

  static of(count: number): Placed {
    return new Placed(new Uint32Array(Math.ceil(count / 32)))
  }

  flip(id: number): void {
    const at = id >>> 5
    this.words[at] = (this.words[at] ?? 0) ^ (1 << (id & 31))
  }

  /** As a key: equal for equal sets. */
  get name(): string {
    return String.fromCharCode(...new Uint16Array(this.words.buffer))
  }
}

const undecided = (steps: number): KayakError =>
  new KayakError('KAYAK_OVERLOADED', `Whether the calls are linearizable is not decided after ${steps} steps.`)

interface Step<State, Input, Output> {
  readonly mark: Mark<Input, Output>
  /** The state before it. */
  readonly state: State
}

/** What a search has found: an order that explains the calls, or the longest beginning of one. */
export interface Found<Input, Output> {
  readonly isLinearizable: boolean
  readonly order: readonly Call<Input, Output>[]
}

/**
 * Looks for an order of calls in which each takes effect between its beginning and its end, and in which all outputs
 * are as the model says (Wing and Gong's search, with Lowe's memory of what was tried: which calls were placed, and the
 * state that they led to).
 */
export class Search<State, Input, Output> {
  private readonly head: { first: Mark<Input, Output> | undefined }
  private readonly placed: Placed
  private readonly tried = new Set<string>()
  private readonly steps: Step<State, Input, Output>[] = []
  private longest: readonly Call<Input, Output>[] = []
  private state: State

  private left: number

  constructor(
    private readonly model: Model<State, Input, Output>,
    calls: readonly Call<Input, Output>[],
    private readonly mostSteps: number,
  ) {
    this.left = mostSteps
    this.head = timeline(calls)
    this.placed = Placed.of(calls.length)
    this.state = model.initial
  }

  run(): Found<Input, Output> {
    let mark = this.head.first
    while (mark !== undefined) {
      if (mark.isEnd) {
        // who has been answered must have been placed by now: something before was placed wrongly
        if (this.steps.length > this.longest.length) this.longest = this.order
        const step = this.steps.pop()
        if (step === undefined) return { isLinearizable: false, order: this.longest }
        this.putBack(step)
        mark = step.mark.after
      } else mark = this.place(mark) ? this.head.first : mark.after
    }
    // only calls are left that nobody has been answered
    return { isLinearizable: true, order: this.order }
  }

  private get order(): readonly Call<Input, Output>[] {
    return this.steps.map(({ mark }) => mark.call)
  }

  /** Places a call next, unless its output contradicts that, or the same has been tried. */
  private place(mark: Mark<Input, Output>): boolean {
    const { call, id } = mark
    if (this.left-- === 0) throw undecided(this.mostSteps)
    const { state, output } = this.model.step(this.state, call.input)
    if (call.outcome === 'done' && !this.agrees(output, call.output)) return false
    this.placed.flip(id)
    if (!this.isNew(state)) {
      this.placed.flip(id)
      return false
    }
    this.steps.push({ mark, state: this.state })
    this.state = state
    this.lift(mark)
    if (mark.end !== undefined) this.lift(mark.end)
    return true
  }

  private putBack({ mark, state }: Step<State, Input, Output>): void {
    if (mark.end !== undefined) this.lower(mark.end)
    this.lower(mark)
    this.placed.flip(mark.id)
    this.state = state
  }

  private isNew(state: State): boolean {
    const name = this.model.name?.(state) ?? JSON.stringify(state)
    const key = `${this.placed.name}|${name}`
    if (this.tried.has(key)) return false
    this.tried.add(key)
    return true
  }

  private agrees(should: Output, is: Output | undefined): boolean {
    if (is === undefined) return true
    return this.model.agrees?.(should, is) ?? JSON.stringify(should) === JSON.stringify(is)
  }

  private lift(mark: Mark<Input, Output>): void {
    if (mark.before === undefined) this.head.first = mark.after
    else mark.before.after = mark.after
    if (mark.after !== undefined) mark.after.before = mark.before
  }

  /** Undoes {@link lift}: a lifted mark remembers its neighbours. */
  private lower(mark: Mark<Input, Output>): void {
    if (mark.before === undefined) this.head.first = mark
    else mark.before.after = mark
    if (mark.after !== undefined) mark.after.before = mark
  }
}
