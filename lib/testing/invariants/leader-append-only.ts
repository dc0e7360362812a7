import type { Step, Verdict } from '../cluster/step.js'

/** 4. While a member leads a term its log only grows. */
export function leaderAppendOnly({ life, before, now, mirror }: Step): Verdict {
  if (before?.standing.role !== 'leader' || now.standing.role !== 'leader') return undefined
  if (before.standing.term !== now.standing.term) return undefined
  const { index, term } = before.last
  const kept = now.last.index >= index && (mirror.at(index)?.term ?? term) === term
  return kept ? undefined : `${life} leads term ${now.standing.term} and drops entry ${index}`
}
