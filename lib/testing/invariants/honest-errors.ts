import type { KayakError } from '../../../streams/contracts/errors.js'
import { isSettled, type Operation } from '../cluster/operations.js'
import type { Sending, Verdict } from '../cluster/step.js'

/** 15. Every operation settles by its deadline. */
export const settlesInTime = (operation: Operation, now: number): Verdict =>
  isSettled(operation) || now <= operation.deadline
    ? undefined
    : `an ${operation.kind} at ${operation.by} waits at ${now}, though its deadline was ${operation.deadline}`

/** 15. After a storage error a member promises nothing until it has recovered. */
export const silentAfterFailure = ({ name, hasFailed, message }: Sending): Verdict =>
  hasFailed ? `${name} sends a ${message.type} after its disk has failed` : undefined

/** 15, 16. A member fails of what its disk did, never of its own doing; and finds damage where there is some. */
export function honestFailure(life: string, error: KayakError, isDamaged: boolean): Verdict {
  const isHonest = error.code === 'KAYAK_STORAGE_FAILED' || (error.code === 'KAYAK_CORRUPT' && isDamaged)
  return isHonest ? undefined : `${life} fails: ${error.stack ?? String(error)}`
}
