import type { Clock } from '../contracts/clock.js'

/**
 * So many bytes a second, for all that share it: each says how much it sends, and hears how long to wait before.
 *
 * ```
 *  wants  aaa------a---    2 at 1 a tick
 *  sends  a-a-a----a---
 * ```
 */
export class Pace {
  private freeAt = -Infinity

  constructor(
    private readonly clock: Clock,
    readonly bytesPerSecond: number,
  ) {}

  /** Whole milliseconds until so many bytes may go; what comes after waits for them as well. */
  wait(bytes: number): number {
    const now = this.clock.now()
    const begin = Math.max(now, this.freeAt)
    this.freeAt = begin + (bytes * 1000) / this.bytesPerSecond
    return Math.floor(begin - now)
  }
}
