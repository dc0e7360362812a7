import { KayakError } from '../../streams/contracts/errors.js'
import { checkOptions } from '../../streams/contracts/check-options.js'

const DAY = 24 * 60 * 60 * 1000

/** The deadline that a caller has named, or the default. */
export function timeoutOf(options: { readonly timeoutMs?: number }, defaultMs: number): number {
  checkOptions(options)
  const { timeoutMs = defaultMs } = options
  if (Number.isFinite(timeoutMs) && timeoutMs > 0 && timeoutMs <= DAY) return timeoutMs
  throw new KayakError('KAYAK_INVALID', 'timeoutMs is a number of milliseconds above 0 and of at most a day.')
}

/** The signal that a caller has given, if it isn't aborted yet. */
export function signalOf({ signal }: { readonly signal?: unknown }): AbortSignal | undefined {
  if (signal === undefined) return undefined
  if (!(signal instanceof AbortSignal)) throw new KayakError('KAYAK_INVALID', 'signal must be an AbortSignal.')
  if (!signal.aborted) return signal
  throw new KayakError('KAYAK_ABORTED', 'The operation was aborted before it began.', { cause: signal.reason })
}
