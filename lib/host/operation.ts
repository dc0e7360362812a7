import type { OperationOptions } from '../../streams/contracts/host.js'
import { onAbort } from '../../streams/operators/on-abort.js'
import type { Settle } from '../../streams/sources/requests.js'
import type { Waiting } from '../member/waiting-room.js'
import { signalOf, timeoutOf } from './operation-options.js'

export { checkOptions, timeoutOf } from './operation-options.js'

/** What operations of a host share. */
export interface OperationContext {
  readonly timeoutMs: number
  /** Throws if the host takes no operations any more. */
  check(): void
}

/** Runs something that waits as a promise, which ends by its deadline, or when its signal is aborted. */
export async function operation<T>(
  context: OperationContext,
  options: OperationOptions,
  begin: (timeoutMs: number, settle: Settle<T>) => Waiting,
): Promise<T> {
  context.check()
  const timeoutMs = timeoutOf(options, context.timeoutMs)
  const signal = signalOf(options)
  let stopListening = (): void => undefined
  try {
    return await new Promise<T>((resolve, reject) => {
      const waiting = begin(timeoutMs, { done: resolve, failed: reject })
      if (signal === undefined) return
      const abort = (): void => waiting.abort(signal.reason)
      stopListening = onAbort(signal, abort)
    })
  } finally {
    stopListening()
  }
}
