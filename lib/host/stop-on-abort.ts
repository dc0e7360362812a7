import type { Host } from '../../streams/contracts/host.js'

/** Stops a host when its signal is aborted. What fails to close then is told to whoever calls stop(). */
export function stopOnAbort<T>(host: Host<T>, signal: AbortSignal | undefined): Host<T> {
  const stop = (): void => void host.stop().catch(() => undefined)
  if (signal?.aborted === true) stop()
  else signal?.addEventListener('abort', stop, { once: true })
  host.events$.subscribe({ complete: () => signal?.removeEventListener('abort', stop) })
  return host
}
