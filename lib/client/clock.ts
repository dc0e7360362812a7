import { Subscription, type SchedulerAction } from 'rxjs'
import type { Clock } from '../../streams/contracts/clock.js'

type Work<T> = (this: SchedulerAction<T>, state?: T) => void

/** The longest delay that timers take; longer ones are waited for in steps. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

const now = (): number => performance.timeOrigin + performance.now()

/** One piece of scheduled work, which may schedule itself again. */
class TimerAction<T> extends Subscription implements SchedulerAction<T> {
  #timer: ReturnType<typeof setTimeout> | undefined
  #due = 0
  #state: T | undefined

  constructor(private readonly work: Work<T>) {
    super()
    this.add(() => clearTimeout(this.#timer))
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this
    clearTimeout(this.#timer)
    this.#state = state
    this.#due = now() + delay
    this.#wait(delay)
    return this
  }

  #wait(delay: number): void {
    this.#timer = setTimeout(() => this.#arrive(), Math.min(Math.ceil(delay), LONGEST_DELAY_MS))
  }

  #arrive(): void {
    const left = this.#due - now()
    if (left > 0) return this.#wait(left)
    try {
      this.work(this.#state)
    } catch (error) {
      this.unsubscribe()
      throw error
    }
  }
}

/** Time for clients, of what Node and browsers both have. It never goes back, and stands while a machine sleeps. */
export const clientClock = (): Clock => ({
  now,
  schedule: <T>(work: Work<T>, delay = 0, state?: T) => new TimerAction(work).schedule(state, delay),
})
