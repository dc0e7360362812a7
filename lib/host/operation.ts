import { Subscription } from 'rxjs'
import type { OperationOptions } from '../../streams/contracts/host.js'
import { onAbort } from '../../streams/operators/on-abort.js'
import type { Settle } from '../../streams/sources/requests.js'
import type { Waiting } from '../member/waiting-room.js'
import { signalOf, timeoutOf } from './operation-options.js'

export { timeoutOf } from './operation-options.js'

/** What operations of a host share. */
export interface OperationContext {
  readonly timeoutMs: number
  /** Throws if the host takes no operations any more. */
  check(): void
}

/** What begins to wait. An object, since an append, of which there are many, is one anyway. */
export interface Beginning<T> {
  begin(timeoutMs: number, settle: Settle<T>): Waiting
}

/** Begins something that waits, which is settled by its deadline, or when its signal is aborted. */
export function beginOperation<T>(
  context: OperationContext,
  options: OperationOptions,
  settle: Settle<T>,
  beginning: Beginning<T>,
): void {
  context.check()
  const timeoutMs = timeoutOf(options, context.timeoutMs)
  const signal = signalOf(options)
  if (signal === undefined) beginning.begin(timeoutMs, settle)
  else beginAbortable(signal, settle, listened => beginning.begin(timeoutMs, listened))
}

function beginAbortable<T>(signal: AbortSignal, settle: Settle<T>, begin: (settle: Settle<T>) => Waiting): void {
  const listening = new Subscription()
  const waiting = begin({
    done: value => {
      listening.unsubscribe()
      settle.done(value)
    },
    failed: error => {
      listening.unsubscribe()
      settle.failed(error)
    },
  })
  listening.add(onAbort(signal, () => waiting.abort(signal.reason)))
}

/** The same as a promise. */
export const operation = <T>(
  context: OperationContext,
  options: OperationOptions,
  begin: Beginning<T>['begin'],
): Promise<T> => new Promise<T>((done, failed) => beginOperation(context, options, { done, failed }, { begin }))
