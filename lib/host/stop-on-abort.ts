import type { Host } from '../../streams/contracts/host.js'
import { onAbort } from '../../streams/operators/on-abort.js'

/** Stops a host when its signal is aborted. What fails to close then is told to whoever calls stop(). */
export function stopOnAbort<T>(host: Host<T>, signal: AbortSignal | undefined): Host<T> {
  const stop = (): void => void host.stop().catch(() => undefined)
  if (signal?.aborted === true) stop()
  else if (signal !== undefined) host.events$.subscribe({ complete: onAbort(signal, stop) })
  return host
}
