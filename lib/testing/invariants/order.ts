import type { Step, Verdict } from '../cluster/step.js'

/** 10. snapshot <= applied <= committed <= last, durable <= last; committed and applied never go back in one life. */
export function order({ life, before, now }: Step): Verdict {
  const { snapshot, applied, commit, last, durable } = now
  const ordered = snapshot <= applied && applied <= commit && commit <= last.index && durable <= last.index
  if (!ordered)
    return `${life}: snapshot ${snapshot}, applied ${applied}, committed ${commit}, last ${last.index}, durable ${durable}`
  if (before === undefined) return undefined
  if (commit < before.commit) return `${life}: committed goes back from ${before.commit} to ${commit}`
  return applied < before.applied ? `${life}: applied goes back from ${before.applied} to ${applied}` : undefined
}
