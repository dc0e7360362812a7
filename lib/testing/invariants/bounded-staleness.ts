import type { Ledger } from '../cluster/ledger.js'
import type { Verdict } from '../cluster/step.js'

/** A bounded read as it was answered, by a member that had applied so much. */
export interface BoundedRead {
  readonly by: string
  /** What had been acknowledged by then must have been applied, but for so many entries. */
  readonly since: number
  readonly maxEntries: number
  readonly applied: number
}

/** 12. What a bounded read promises: nothing is missing that was acknowledged before, but for so many entries. */
export function boundedStaleness(ledger: Ledger, { by, since, maxEntries, applied }: BoundedRead): Verdict {
  const needed = ledger.acknowledgedBefore(since) - maxEntries
  return applied < needed ? `a bounded read at ${by} has ${applied} applied, and needed ${needed}` : undefined
}
