import type { Call } from './history.js'
import { stateOf, type Model } from './model.js'

/**
 * Whether an order of calls is one that explains them: each has the output that the model gives, and none comes before one
 * that had ended when it began. To see that takes no search; an order that doesn't explain them proves nothing.
 */
export function explains<State, Input, Output>(
  model: Model<State, Input, Output>,
  order: readonly Call<Input, Output>[],
): boolean {
  const agrees = (should: Output, is: Output): boolean =>
    model.agrees?.(should, is) ?? JSON.stringify(should) === JSON.stringify(is)
  const states = new Map<string, State>()
  let begun = -Infinity
  return order.every(({ input, output, outcome, invokedAt, settledAt = Infinity }) => {
    const key = model.key?.(input) ?? ''
    const step = model.step(stateOf(model, states, key), input)
    states.set(key, step.state)
    begun = Math.max(begun, invokedAt)
    const isRight = outcome !== 'done' || output === undefined || agrees(step.output, output)
    return isRight && begun <= settledAt
  })
}
