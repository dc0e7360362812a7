import { Subscription } from 'rxjs'
import type { Clock } from '../contracts/clock.js'

/** What waits until it is settled or its deadline has come. */
export interface Timed {
  readonly deadline: number
  expire(): void
}

/**
 * Deadlines of many waiting requests with one timer. Requests of an equal timeout expire in the order in which they
 * came, so each such queue is looked at only from its front.
 */
export class Deadlines<T extends Timed> {
  private readonly queues = new Map<number, Set<T>>()
  private count = 0
  private armedFor = Infinity
  private timer = Subscription.EMPTY

  constructor(private readonly clock: Clock) {}

  /** How many wait. */
  get size(): number {
    return this.count
  }

  /** All that wait. */
  *[Symbol.iterator](): Iterator<T> {
    for (const queue of this.queues.values()) yield* queue
  }

  add(timed: T, timeoutMs: number): void {
    const queue = this.queues.get(timeoutMs) ?? new Set()
    if (queue.size === 0) this.queues.set(timeoutMs, queue)
    queue.add(timed)
    this.count++
    if (timed.deadline < this.armedFor) this.arm(timed.deadline)
  }

  delete(timed: T, timeoutMs: number): void {
    const queue = this.queues.get(timeoutMs)
    if (queue?.delete(timed) !== true) return
    this.count--
    if (queue.size !== 0) return
    this.queues.delete(timeoutMs)
    if (this.queues.size === 0) this.stop()
  }

  stop(): void {
    this.timer.unsubscribe()
    this.armedFor = Infinity
  }

  private arm(deadline: number): void {
    this.timer.unsubscribe()
    this.armedFor = deadline
    this.timer = this.clock.schedule(() => this.sweep(), Math.max(0, deadline - this.clock.now()))
  }

  private sweep(): void {
    this.armedFor = Infinity
    const now = this.clock.now()
    let earliest = Infinity
    for (const [timeoutMs, queue] of [...this.queues]) {
      for (const timed of queue) {
        if (timed.deadline > now) {
          earliest = Math.min(earliest, timed.deadline)
          break
        }
        this.delete(timed, timeoutMs)
        timed.expire()
      }
    }
    if (earliest < this.armedFor) this.arm(earliest)
  }
}
