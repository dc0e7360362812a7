interface Listening {
  readonly callbacks: Set<() => void>
  readonly listener: () => void
}

const listening = new WeakMap<AbortSignal, Listening>()

function listen(signal: AbortSignal): Listening {
  const callbacks = new Set<() => void>()
  const listener = (): void => {
    listening.delete(signal)
    for (const callback of callbacks) callback()
  }
  signal.addEventListener('abort', listener, { once: true })
  return { callbacks, listener }
}

/**
 * Calls back when a signal is aborted, and gives what to call to listen no more. All who share a signal share one
 * listener: Node.js takes more than ten for a leak, and warns.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const shared = listening.get(signal) ?? listen(signal)
  listening.set(signal, shared)
  // each call is its own, though two may be given the same function
  const own = (): void => callback()
  shared.callbacks.add(own)
  return () => {
    if (!shared.callbacks.delete(own) || shared.callbacks.size > 0) return
    listening.delete(signal)
    signal.removeEventListener('abort', shared.listener)
  }
}
