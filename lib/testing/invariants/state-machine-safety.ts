import type { Step, Verdict } from '../cluster/step.js'

/** 7. What is committed at an index is the same on every member, for ever; and so is the state at an equal index. */
export function stateMachineSafety({ ledger, life, before, now, mirror }: Step): Verdict {
  for (let index = ledger.commit + 1; index <= now.commit; index++) {
    const seen = mirror.at(index)
    if (seen === undefined) return `${life} commits entry ${index} without having it`
    ledger.committed[index] = { ...seen, inTerm: now.standing.term }
  }
  const committed = mirror.at(now.commit)
  if (now.commit > 0 && committed !== undefined && committed.chain !== ledger.committed[now.commit]?.chain)
    return `${life} commits another entry ${now.commit} than has committed`
  if (before?.applied === now.applied) return undefined
  const state = ledger.states.get(now.applied) ?? now.state
  ledger.states.set(now.applied, state)
  return state === now.state ? undefined : `${life} has applied ${now.applied} and holds ${now.state}, not ${state}`
}
