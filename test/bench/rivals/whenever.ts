const MOST_MS = 30_000

/** What something gives as soon as it gives anything; it is asked again and again. */
export async function whenever<T>(look: () => Promise<T | undefined>): Promise<T> {
  const until = performance.now() + MOST_MS
  while (performance.now() < until) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error('It has not come up.')
}
