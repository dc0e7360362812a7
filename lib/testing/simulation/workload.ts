import type { Random } from '../../../streams/contracts/clock.js'
import {
  counter,
  registers,
  set,
  type CounterInput,
  type Model,
  type RegisterInput,
  type SetInput,
} from '../linearizability/model.js'

/** What a client does next: a command is appended, a query read behind a barrier. */
export interface Request<Input> {
  readonly type: 'command' | 'query'
  readonly input: Input
}

/** What the clients of a simulation do, and what should come of it. */
export interface Workload<State, Input, Output> {
  /** What the machine should do: what clients have seen is compared with it. */
  readonly model: Model<State, Input, Output>
  /** How many there are; each waits for its answer. */
  readonly clients: number
  /** How long a client rests after an answer, on average. */
  readonly restMs: number
  /** How long a client waits for an answer. */
  readonly timeoutMs: number
  /** How often a client whose append was not answered tries again, with the same id, through another member. */
  readonly retries: number
  /** What a client does next. All chance is to come from `random`, so that a seed repeats it. */
  next(random: Random): Request<Input>
}

const USUAL = { clients: 4, restMs: 40, timeoutMs: 2000, retries: 3 }

const pick = <T>(random: Random, list: readonly [T, ...T[]]): T =>
  list[Math.floor(random.next() * list.length)] ?? list[0]

/** Values that no other client writes: a number of two rolls, as short as they can be. */
const value = (random: Random): string => Math.floor(random.next() * 2 ** 40).toString(36)

/** Reads, writes and swaps of a few registers. */
export const registerWorkload: Workload<string | null, RegisterInput, string | boolean | null> = {
  ...USUAL,
  model: registers,
  next: random => {
    const key = pick(random, ['a', 'b', 'c'])
    const roll = random.next()
    if (roll < 0.4) return { type: 'query', input: { type: 'read', key } }
    if (roll < 0.8) return { type: 'command', input: { type: 'write', key, value: value(random) } }
    return { type: 'command', input: { type: 'swap', key, from: null, to: value(random) } }
  },
}

/** Additions to one counter, and readings of it. */
export const counterWorkload: Workload<number, CounterInput, number> = {
  ...USUAL,
  model: counter,
  next: random =>
    random.next() < 0.6
      ? { type: 'command', input: { type: 'add', by: 1 + Math.floor(random.next() * 9) } }
      : { type: 'query', input: { type: 'read' } },
}

/** Elements that come and go in one set. */
export const setWorkload: Workload<readonly string[], SetInput, boolean | readonly string[]> = {
  ...USUAL,
  model: set,
  next: random => {
    const element = pick(random, ['a', 'b', 'c', 'd', 'e', 'f'])
    const roll = random.next()
    if (roll < 0.35) return { type: 'command', input: { type: 'add', element } }
    if (roll < 0.6) return { type: 'command', input: { type: 'remove', element } }
    if (roll < 0.8) return { type: 'query', input: { type: 'has', element } }
    return { type: 'query', input: { type: 'elements' } }
  },
}
