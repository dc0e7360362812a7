import type { Clock, Random } from '../../streams/contracts/clock.js'
import { BOUNDS } from './settings.js'

/** When to try again: after pauses that double, each a little different, so that not all try at once. */
export class BackOff {
  #failures = 0
  #until = -Infinity

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  get isOver(): boolean {
    return this.clock.now() >= this.#until
  }

  fail(): void {
    const most = Math.min(BOUNDS.mostBackOffMs, BOUNDS.leastBackOffMs * 2 ** Math.min(this.#failures, 20))
    this.#failures++
    this.#until = this.clock.now() + most * (0.5 + this.random.next() / 2)
  }

  reset(): void {
    this.#failures = 0
    this.#until = -Infinity
  }
}
