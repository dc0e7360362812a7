import { KayakError } from '../../../streams/contracts/errors.js'
import type { Call } from './history.js'
import type { Model } from './model.js'
import { Search } from './search.js'

/** Whether calls can be explained, and if not, what of which part can't. */
export type Linearizable<Input, Output> =
  | { readonly ok: true }
  | {
      readonly ok: false
      /** The part whose calls contradict each other; empty where the model has no parts. */
      readonly key: string
      /** All calls of that part. */
      readonly calls: readonly Call<Input, Output>[]
      /** The longest order that explains some of them; what is missing contradicts it. */
      readonly explained: readonly Call<Input, Output>[]
    }

const OUTCOMES: readonly Call<unknown, unknown>['outcome'][] = ['done', 'unknown', 'rejected']
/** Some seconds, and some hundred megabytes of what was tried. */
const MOST_STEPS = 2_000_000

/**
 * Whether each of the calls can have taken effect at one moment between its beginning and its end, so that together
 * they did what the model says (Herlihy and Wing, 1990).
 *
 * The time that this takes grows with how many calls are under way at once, not with how many there are. Calls with an
 * unknown outcome stay under way for ever: keep them few, or their parts small.
 *
 * @param mostSteps after how many steps for a part it gives up, 2,000,000 by default.
 * @throws {@link KayakError} `KAYAK_OVERLOADED` if it has given up: then it is not decided. `KAYAK_INVALID` for a call
 * whose outcome is none.
 */
export function checkLinearizable<State, Input, Output>(
  model: Model<State, Input, Output>,
  calls: readonly Call<Input, Output>[],
  mostSteps = MOST_STEPS,
): Linearizable<Input, Output> {
  const strange = calls.find(({ outcome }) => !OUTCOMES.includes(outcome))
  if (strange !== undefined) throw new KayakError('KAYAK_INVALID', `A call has no outcome '${strange.outcome}'.`)
  const parts = new Map<string, Call<Input, Output>[]>()
  for (const call of calls) {
    const key = model.key?.(call.input) ?? ''
    const part = parts.get(key)
    if (part === undefined) parts.set(key, [call])
    else part.push(call)
  }
  for (const [key, part] of parts) {
    const { isLinearizable, order } = new Search(model, part, mostSteps).run()
    if (!isLinearizable) return { ok: false, key, calls: part, explained: order }
  }
  return { ok: true }
}
