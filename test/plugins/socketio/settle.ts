/** How long anything may take; far more than it does, so that only what never happens fails. */
const LIMIT_MS = 20_000

/** Lets the event loop turn until a predicate holds. */
export async function settle(predicate: () => boolean): Promise<void> {
  const end = performance.now() + LIMIT_MS
  while (!predicate()) {
    if (performance.now() > end) throw new Error(`It did not come about within ${LIMIT_MS} ms: ${String(predicate)}`)
    await new Promise(resolve => setTimeout(resolve, 1))
  }
}
