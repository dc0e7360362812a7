export { checkLinearizable, type Linearizable } from './check.js'
export type { Call } from './history.js'
export { counter, registers, set } from './model.js'
export type { CounterInput, Model, RegisterInput, SetInput } from './model.js'
