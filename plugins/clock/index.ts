import { Subscription, type SchedulerAction } from 'rxjs'
import type { Clock } from '../../streams/contracts/clock.js'

type Work<T> = (this: SchedulerAction<T>, state?: T) => void

/** The longest delay that Node's timers take; longer ones are waited for in steps. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

/** Milliseconds since the epoch as of the start of the process, going on steadily however the wall clock is set. */
const now = (): number => performance.timeOrigin + performance.now()

/** One piece of scheduled work. It may schedule itself again, from within its work or later. */
class SystemAction<T> extends Subscription implements SchedulerAction<T> {
  #cancel: (() => void) | undefined
  #due = 0
  #state: T | undefined

  constructor(private readonly work: Work<T>) {
    super()
    this.add(() => this.#cancel?.())
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this
    this.#cancel?.()
    this.#state = state
    this.#due = now() + delay
    if (delay > 0) this.#wait(delay)
    else this.#yield()
    return this
  }

  #yield(): void {
    const immediate = setImmediate(() => this.#run())
    this.#cancel = () => clearImmediate(immediate)
  }

  #wait(delay: number): void {
    const timeout = setTimeout(() => this.#arrive(), Math.min(Math.ceil(delay), LONGEST_DELAY_MS))
    this.#cancel = () => clearTimeout(timeout)
  }

  /** Node counts from the start of the turn, so a timer may come a fraction early; work here never does. */
  #arrive(): void {
    const left = this.#due - now()
    if (left > 0) this.#wait(left)
    else this.#run()
  }

  #run(): void {
    this.#cancel = undefined
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
