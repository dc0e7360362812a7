import { Subscription, type SchedulerAction } from 'rxjs'
import type { Clock } from '../../streams/contracts/clock.js'

type Work<T> = (this: SchedulerAction<T>, state?: T) => void

/** The longest delay that Node's timers take; longer ones are waited for in steps. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

/** Milliseconds since the epoch as of the start of the process, going on steadily however the wall clock is set. */
const now = (): number => performance.timeOrigin + performance.now()

/** One piece of scheduled work. It may schedule itself again, from within its work or later. */
class SystemAction<T> extends Subscription implements SchedulerAction<T> {
  #immediate: NodeJS.Immediate | undefined
  #timeout: NodeJS.Timeout | undefined
  #due = 0
  #state: T | undefined

  constructor(private readonly work: Work<T>) {
    super()
  }

  override unsubscribe(): void {
    this.#cancel()
    super.unsubscribe()
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this
    this.#cancel()
    this.#state = state
    if (delay > 0) {
      this.#due = now() + delay
      this.#wait(delay)
    } else this.#immediate = setImmediate(() => this.#run())
    return this
  }

  #wait(delay: number): void {
    this.#timeout = setTimeout(() => this.#arrive(), Math.min(Math.ceil(delay), LONGEST_DELAY_MS))
  }

  /** Node counts from the start of the turn, so a timer may come a fraction early; work here never does. */
  #arrive(): void {
    const left = this.#due - now()
    if (left > 0) this.#wait(left)
    else this.#run()
  }

  #cancel(): void {
    clearImmediate(this.#immediate)
    clearTimeout(this.#timeout)
  }

  #run(): void {
    this.#immediate = undefined
    this.#timeout = undefined
    try {
      this.work(this.#state)
    } catch (error) {
      this.unsubscribe()
      throw error
    }
  }
}

/**
 * The real clock: milliseconds since the epoch with fractions, never going back, not even when the wall clock is set
 * back. Work with a delay runs no earlier than that; work without one runs in a later turn of the event loop, after
 * what has already arrived. What is scheduled keeps the process alive until it has run or is unsubscribed.
 */
export function systemClock(): Clock {
  return {
    now,
    schedule: <T>(work: Work<T>, delay = 0, state?: T) => new SystemAction(work).schedule(state, delay),
  }
}
