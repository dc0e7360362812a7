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
