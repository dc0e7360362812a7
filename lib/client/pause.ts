import type { Clock, Random } from '../../streams/contracts/clock.js'
import { LIMITS } from '../../streams/contracts/limits.js'

/** How long to wait before the next attempt: hardly within a round of all members, longer with each round in vain. */
export class Pause {
  private failures = 0
  private upSince: number | undefined

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  up(): void {
    this.upSince = this.clock.now()
  }

  /** An attempt is over. One that was up for a while was none in vain. */
  down(): void {
    const lasted = this.upSince === undefined ? 0 : this.clock.now() - this.upSince
    this.failures = lasted > LIMITS.clientBeatMs ? 0 : this.failures + 1
    this.upSince = undefined
  }

  /** Milliseconds, where so many members are known. */
  next(members: number): number {
    const rounds = Math.min(20, Math.floor(this.failures / Math.max(1, members)))
    const least = rounds === 0 ? 0 : LIMITS.leastClientPauseMs / 2
    const most = Math.min(LIMITS.mostClientPauseMs, LIMITS.leastClientPauseMs * 2 ** rounds)
    return Math.max(least, most * (rounds === 0 ? this.random.next() : 0.5 + this.random.next() / 2))
  }
}
