import type { Verdict } from '../cluster/step.js'

/** What tells one run from another. */
export interface Traced {
  readonly seed: number
  readonly trace: string
  readonly events: number
}

/** 20. The same seed twice gives the same trace. */
export function determinism(one: Traced, again: Traced): Verdict {
  if (one.trace === again.trace && one.events === again.events) return undefined
  return `seed ${one.seed} gives ${one.trace} after ${one.events} events, and then ${again.trace} after ${again.events}`
}
