import type { Operation } from '../cluster/operations.js'
import type { Verdict } from '../cluster/step.js'

/** What is left once all members have stopped. */
export interface Leftovers {
  readonly timers: number
  readonly locks: number
  readonly listeners: number
  readonly open: readonly Operation[]
}

/** 18. After `stop` no timer, socket, file handle or pending promise is left. */
export function noLeaks({ timers, locks, listeners, open }: Leftovers): Verdict {
  const [waiting] = open
  if (waiting !== undefined) return `an ${waiting.kind} is left waiting at ${waiting.by} after all have stopped`
  const left = [`${timers} timers`, `${locks} locks`, `${listeners} listeners`].filter(text => !text.startsWith('0 '))
  return left.length === 0 ? undefined : `${left.join(', ')} are left after all have stopped`
}
