import { NEVER, Observable } from 'rxjs'
import { KayakError, type Outcome } from '../contracts/errors.js'
import { onAbort } from './on-abort.js'

/** Errors with `KAYAK_ABORTED` when a signal is aborted, at once if it is; never emits. */
export function aborted$(
  signal: AbortSignal | undefined,
  what = 'Opening the host',
  outcome: Outcome = 'unknown',
): Observable<never> {
  if (signal === undefined) return NEVER
  return new Observable(subscriber => {
    const abort = (): void => {
      const cause: unknown = signal.reason
      subscriber.error(new KayakError('KAYAK_ABORTED', `${what} was aborted.`, { outcome, cause }))
    }
    if (signal.aborted) return abort()
    return onAbort(signal, abort)
  })
}
