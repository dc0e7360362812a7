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

/** 18. A member that stops cancels every timer of its own at once; only its disk may have something to end. */
export const leavesNoTimer = (life: string, timers: number): Verdict =>
  timers === 0 ? undefined : `${life} has stopped and leaves ${timers} timers behind`
