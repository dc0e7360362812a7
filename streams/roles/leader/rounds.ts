/** A round and when it began. */
interface Begun {
  readonly round: number
  readonly at: number
}

/**
 * A leader's rounds (section 6.4): each message carries the number of the newest, and whoever answers with a number has
 * heard the leader since that round began.
 */
export class Rounds {
  newest: number
  private begun: readonly Begun[]

  constructor(now: number) {
    this.newest = 1
    this.begun = [{ round: 1, at: now }]
  }

  /** Begins another. Of those that a quorum has answered only the last is of interest. */
  begin(now: number, answered: number): void {
    this.newest += 1
    const last = this.begun.findLastIndex(({ round }) => round <= answered)
    this.begun = [...this.begun.slice(Math.max(0, last)), { round: this.newest, at: now }]
  }

  /** When the newest round up to `answered` began. */
  beganAt(answered: number): number | undefined {
    return this.begun.findLast(({ round }) => round <= answered)?.at
  }
}
