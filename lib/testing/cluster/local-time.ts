import type { SchedulerLike } from 'rxjs'

/** The time that one machine shows: ahead of the simulation's, faster or slower, and it may jump. It outlives processes. */
export class LocalTime {
  /** How many of its milliseconds go by in one. */
  rate = 1
  private anchor: { readonly at: number; readonly shown: number }

  constructor(
    private readonly clock: SchedulerLike,
    aheadMs: number,
  ) {
    const at = clock.now()
    this.anchor = { at, shown: at + aheadMs }
  }

  /** Since when it has gone on at one rate, without a jump. */
  get steadySince(): number {
    return this.anchor.at
  }

  now(): number {
    return this.anchor.shown + (this.clock.now() - this.anchor.at) * this.rate
  }

  /** For how long it has to be waited until so many of its milliseconds have gone by. */
  waitFor(ms: number): number {
    return ms / this.rate
  }

  /** From now on so many of its milliseconds go by in one. */
  drift(rate: number): void {
    this.jump(0)
    this.rate = rate
  }

  /** While a process runs it never jumps back: that is what it promises of its clock. */
  jump(ms: number): void {
    this.anchor = { at: this.clock.now(), shown: this.now() + ms }
  }
}
