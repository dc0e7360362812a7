/** The numbers of one session, 1, 2, 3 …, and which of them wait. Most are settled in their order. */
export class Numbers {
  private following = 1
  private lowest = 1
  private readonly settledAhead = new Set<number>()

  /** The next one to be taken. */
  get next(): number {
    return this.following
  }

  /** The lowest that waits, or the next one if none does. */
  get lowestWaiting(): number {
    return this.lowest
  }

  get isAnySettled(): boolean {
    return this.lowest > 1 || this.settledAhead.size > 0
  }

  take(): number {
    return this.following++
  }

  settle(number: number): void {
    if (number !== this.lowest) this.settledAhead.add(number)
    else for (this.lowest++; this.settledAhead.delete(this.lowest);) this.lowest++
  }
}
