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
export function operation<T>(
  context: OperationContext,
  options: OperationOptions,
  begin: (timeoutMs: number, settle: Settle<T>) => Waiting,
): Promise<T> {
  const listening: { end?: () => void } = {}
  // one promise where there is no signal: there are as many as appends
  const ended = new Promise<T>((resolve, reject) => {
    context.check()
    const timeoutMs = timeoutOf(options, context.timeoutMs)
    const signal = signalOf(options)
    const waiting = begin(timeoutMs, { done: resolve, failed: reject })
    if (signal !== undefined) listening.end = onAbort(signal, () => waiting.abort(signal.reason))
  })
  return listening.end === undefined ? ended : ended.finally(listening.end)
}
