import type { DiskStep, Verdict } from '../cluster/step.js'

/** 3. A durable term never decreases, and a vote once cast in a term never changes. */
export function termAndVote({ name, before, now }: DiskStep): Verdict {
  if (now.term < before.term) return `the term on ${name}'s disk falls from ${before.term} to ${now.term}`
  const changed = now.term === before.term && before.vote !== undefined && now.vote !== before.vote
  return changed ? `${name}'s vote in term ${now.term} changes from ${before.vote} to ${now.vote ?? 'none'}` : undefined
}
