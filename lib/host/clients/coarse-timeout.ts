/** Of each power of two there are so many timeouts. */
const STEPS = 8

/**
 * A client's timeout, or an eighth more at most. A client keeps its own time, and the member lets go of what it was asked a
 * little later: deadlines that were all different would each cost a look at all the others.
 */
export function coarseTimeout(timeoutMs: number): number {
  const step = Math.max(1, 2 ** Math.floor(Math.log2(timeoutMs)) / STEPS)
  return Math.ceil(timeoutMs / step) * step
}
