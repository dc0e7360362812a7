import { KayakError } from '../../streams/contracts/errors.js'
import type { OperationOptions } from '../../streams/contracts/host.js'
import { onAbort } from '../../streams/operators/on-abort.js'
import type { Settle } from '../../streams/sources/requests.js'
import type { Waiting } from '../member/waiting-room.js'

/** What operations of a host share. */
export interface OperationContext {
  readonly timeoutMs: number
  /** Throws if the host takes no operations any more. */
  check(): void
}

const DAY = 24 * 60 * 60 * 1000

/** @throws {@link KayakError} `KAYAK_INVALID` for what can't be the options of an operation. */
export function checkOptions(options: unknown): void {
  if (typeof options === 'object' && options !== null) return
  throw new KayakError('KAYAK_INVALID', 'The options of an operation are an object.')
}

/** The deadline that a caller has named, or the host's. */
export function timeoutOf(options: { readonly timeoutMs?: number }, defaultMs: number): number {
  checkOptions(options)
  const { timeoutMs = defaultMs } = options
  if (Number.isFinite(timeoutMs) && timeoutMs > 0 && timeoutMs <= DAY) return timeoutMs
  throw new KayakError('KAYAK_INVALID', 'timeoutMs is a number of milliseconds above 0 and of at most a day.')
}

function checkSignal(signal: unknown): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal
  throw new KayakError('KAYAK_INVALID', 'signal must be an AbortSignal.')
}

/** Runs something that waits as a promise, which ends by its deadline, or when its signal is aborted. */
export async function operation<T>(
  context: OperationContext,
  options: OperationOptions,
  begin: (timeoutMs: number, settle: Settle<T>) => Waiting,
): Promise<T> {
  context.check()
  const timeoutMs = timeoutOf(options, context.timeoutMs)
  const signal = checkSignal(options.signal)
  if (signal?.aborted === true)
    throw new KayakError('KAYAK_ABORTED', 'The operation was aborted before it began.', { cause: signal.reason })
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
