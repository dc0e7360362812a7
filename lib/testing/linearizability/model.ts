/**
 * What something should do, one operation at a time: a value, and what each operation makes of it and gives back.
 * States are never changed, but replaced.
 */
export interface Model<State, Input, Output> {
  readonly initial: State
  /** What an operation makes of a state, and what it gives back. Changes nothing that it is given. */
  step(state: State, input: Input): { readonly state: State; readonly output: Output }
  /** Names the part that an operation is of, where parts don't touch each other: each is checked alone, and faster. */
  key?(input: Input): string
  /** A name for a state: equal for equal states. By default its JSON. */
  name?(state: State): string
  /** Whether an output is as it should be. By default their JSON is equal. */
  agrees?(should: Output, is: Output): boolean
}

/** The state of a part, which begins as the model says; it may become anything, null too. */
export const stateOf = <State, Input, Output>(
  model: Model<State, Input, Output>,
  states: ReadonlyMap<string, State>,
  key: string,
): State => {
  const state = states.get(key)
  // what the map has, it has as a state
  return state === undefined && !states.has(key) ? model.initial : (state as State)
}

/** What {@link registers} are asked; without a key it is the register `''`. */
export type RegisterInput =
  | { readonly type: 'read'; readonly key?: string }
  | { readonly type: 'write'; readonly key?: string; readonly value: string }
  | { readonly type: 'swap'; readonly key?: string; readonly from: string | null; readonly to: string }

/** Registers by key, each empty at first: reads, writes, and writes on condition, which say whether they did. */
export const registers: Model<string | null, RegisterInput, string | boolean | null> = {
  initial: null,
  step: (state, input) => {
    switch (input.type) {
      case 'read':
        return { state, output: state }
      case 'write':
        return { state: input.value, output: null }
      case 'swap':
        return state === input.from ? { state: input.to, output: true } : { state, output: false }
    }
  },
  key: ({ key = '' }) => key,
  name: state => (state === null ? '' : `=${state}`),
}

/** What {@link counter} is asked. */
export type CounterInput = { readonly type: 'add'; readonly by: number } | { readonly type: 'read' }

/** A counter: what is added gives the sum. */
export const counter: Model<number, CounterInput, number> = {
  initial: 0,
  step: (state, input) => {
    const sum = input.type === 'add' ? state + input.by : state
    return { state: sum, output: sum }
  },
}

/** What {@link set} is asked. */
export type SetInput =
  { readonly type: 'add' | 'remove' | 'has'; readonly element: string } | { readonly type: 'elements' }

/** A set: adding and removing say whether that changed it; its elements come in order. */
export const set: Model<readonly string[], SetInput, boolean | readonly string[]> = {
  initial: [],
  step: (state, input) => {
    if (input.type === 'elements') return { state, output: state }
    const { type, element } = input
    const has = state.includes(element)
    if (type === 'add' && !has) return { state: [...state, element].sort(), output: true }
    if (type === 'remove' && has) return { state: state.filter(one => one !== element), output: true }
    return { state, output: type === 'has' && has }
  },
}
