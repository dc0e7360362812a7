import { createHistogram } from 'node:perf_hooks'
import type { Measured } from './figures'

/** So many callers, each with one call under way, for a while of which the beginning doesn't count. */
export interface Load {
  readonly inFlight: number
  readonly warmMs: number
  readonly ms: number
}

const NS_PER_MS = 1e6
const MOST_NS = 120e9

/** What Node keeps of durations, in nanoseconds: three digits of each. */
export const durations = () => createHistogram({ lowest: 1, highest: MOST_NS, figures: 3 })

export const recordMs = (histogram: ReturnType<typeof durations>, ms: number): void =>
  histogram.record(Math.max(1, Math.round(ms * NS_PER_MS)))

export const percentilesMs = (histogram: ReturnType<typeof durations>) => ({
  p50Ms: histogram.percentile(50) / NS_PER_MS,
  p99Ms: histogram.percentile(99) / NS_PER_MS,
  p999Ms: histogram.percentile(99.9) / NS_PER_MS,
})

const nextTurn = () => new Promise(resolve => setImmediate(resolve))

/** By how much a load goes on for want of calls that ended. */
const LONGER = 10

/** Takes down how long calls have taken, from the end of the warm-up until the time is over. */
class Window {
  private readonly histogram = durations()
  private readonly from: number
  private until = Infinity

  constructor(private readonly load: Load) {
    this.from = performance.now() + load.warmMs
  }

  /** Whether no more is to be called: the time is over, and a call of each caller has been counted. */
  isOver(now: number): boolean {
    const { inFlight, ms } = this.load
    const lasted = now - this.from
    if (this.until === Infinity && lasted >= ms && (this.histogram.count >= inFlight || lasted >= LONGER * ms))
      this.until = now
    return now >= this.until
  }

  ended(asked: number, now: number): void {
    if (now >= this.from && now < this.until) recordMs(this.histogram, now - asked)
  }

  measured(failed: number): Measured {
    const { count } = this.histogram
    return { count, failed, perSecond: (1000 * count) / (this.until - this.from), ...percentilesMs(this.histogram) }
  }
}

/** Has every caller call again as soon as it was answered. */
export async function closedLoop(call: () => Promise<unknown>, load: Load): Promise<Measured> {
  const window = new Window(load)
  let failed = 0
  const caller = async (): Promise<void> => {
    for (let now = performance.now(); !window.isOver(now);) {
      const asked = now
      try {
        await call()
        now = performance.now()
        window.ended(asked, now)
      } catch {
        failed++
        await nextTurn()
        now = performance.now()
      }
    }
  }
  await Promise.all(Array.from({ length: load.inFlight }, caller))
  return window.measured(failed)
}

/** Calls so many times, at most so many at once, and gives the milliseconds that all took. */
export async function callTimes(call: () => Promise<unknown>, count: number, inFlight: number): Promise<number> {
  let left = count
  const begun = performance.now()
  const caller = async (): Promise<void> => {
    while (left-- > 0) await call()
  }
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, caller))
  return performance.now() - begun
}
