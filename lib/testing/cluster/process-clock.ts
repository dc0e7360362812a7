import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs'
import type { LocalTime } from './local-time.js'

type Work<T> = (this: SchedulerAction<T>, state?: T) => void

/**
 * The clock of one process: that of the simulation, as wrong as its own, and still while the process is paused. What
 * comes due meanwhile is done when it goes on, in order; once the process is dead, nothing of it happens any more.
 */
export class ProcessClock implements SchedulerLike {
  private held: (() => void)[] = []
  private paused = false
  private dead = false

  /**
   * @param touched - called before anything of this process happens.
   * @param time - the time that it shows, unless it is the simulation's.
   */
  constructor(
    private readonly clock: SchedulerLike,
    private readonly touched: () => void,
    private readonly time?: LocalTime,
  ) {}

  now(): number {
    return (this.time ?? this.clock).now()
  }

  schedule<T>(work: Work<T>, delay = 0, state?: T): Subscription {
    const run = (action: SchedulerAction<T>, value: T | undefined): void => {
      if (this.dead || action.closed) return
      if (this.paused) return void this.held.push(() => run(action, value))
      this.touched()
      work.call(action, value)
    }
    const owned: Work<T> & { owner?: object } = function (value) {
      run(this, value)
    }
    owned.owner = this
    return this.clock.schedule<T>(owned, this.time?.waitFor(delay) ?? delay, state)
  }

  get isPaused(): boolean {
    return this.paused
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    const held = this.held
    this.held = []
    for (const run of held) run()
  }

  die(): void {
    this.dead = true
    this.held = []
  }
}
