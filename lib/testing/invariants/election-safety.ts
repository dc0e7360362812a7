import type { Step, Verdict } from '../cluster/step.js'

/** 1. A term has at most one leader, in all of history: one life of one member. */
export function electionSafety({ ledger, life, now }: Step): Verdict {
  const { role, term } = now.standing
  if (role !== 'leader') return undefined
  const known = ledger.led.get(term)
  ledger.led.set(term, known ?? life)
  return known === undefined || known === life ? undefined : `${life} leads term ${term}, which ${known} has led`
}
