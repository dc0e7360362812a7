import type { Step, Verdict } from '../cluster/step.js'

/** 6. A new leader holds every entry that had committed before its term, itself or by snapshot. */
export function leaderCompleteness({ ledger, life, before, now, mirror }: Step): Verdict {
  const { role, term } = now.standing
  const begins = role === 'leader' && (before?.standing.role !== 'leader' || before.standing.term !== term)
  if (!begins) return undefined
  const index = ledger.committedBefore(term)
  const has = now.snapshot >= index || mirror.at(index)?.chain === ledger.committed[index]?.chain
  return has ? undefined : `${life} leads term ${term} without entry ${index}, which had committed`
}
