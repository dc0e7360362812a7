import type { Operation } from '../cluster/operations.js'
import type { Verdict } from '../cluster/step.js'

/**
 * 12. A barrier's index is no less than any that was acknowledged, or that a barrier gave, before it was asked for; and
 * an append that is asked for after another was acknowledged stands after it.
 *
 * A read by a leader's lease is asserted as a barrier is: that it is one, without a round, is what leases promise.
 */
export function linearizability({ kind, by, index, ending, first, acknowledged, read }: Operation): Verdict {
  if (ending !== 'done' || index === undefined || kind === 'change' || kind === 'read') return undefined
  if (kind === 'append')
    return first && index <= Math.max(acknowledged, read)
      ? `an append at ${by} stands at ${index}, asked for when ${acknowledged} was acknowledged and ${read} read`
      : undefined
  const least = Math.max(acknowledged, read)
  return index < least ? `a barrier at ${by} gives ${index}, asked for when ${least} was known` : undefined
}
