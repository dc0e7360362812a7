import { Subscription } from 'rxjs'
import type { Clock } from '../contracts/clock.js'
import { Waitlist, type Tickets } from '../operators/waitlist.js'

/** What waits until it is settled or its deadline has come. */
export interface Timed {
  readonly timeoutMs: number
  readonly deadline: number
  /** By which it leaves those of the same timeout: the deadlines' own. */
  deadlineTicket: number
  expire(): void
}

const TICKETS: Tickets<Timed> = {
  of: timed => timed.deadlineTicket,
  give: (timed, ticket) => void (timed.deadlineTicket = ticket),
}

/**
 * Deadlines of many waiting requests with one timer. Requests of an equal timeout expire in the order in which they
 * came, so each such queue is looked at only from its front. The timer of those that were settled in time goes on: it
 * serves those that come meanwhile.
 */
export class Deadlines<T extends Timed> {
  private readonly queues = new Map<number, Waitlist<T>>()
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

  add(timed: T): void {
    const { timeoutMs, deadline } = timed
    const queue = this.queues.get(timeoutMs) ?? new Waitlist<T>(TICKETS)
    if (queue.size === 0) this.queues.set(timeoutMs, queue)
    queue.add(timed)
    this.count++
    if (deadline < this.armedFor) this.arm(deadline)
  }

  delete(timed: T): void {
    const { timeoutMs } = timed
    const queue = this.queues.get(timeoutMs)
    if (queue?.remove(timed) !== true) return
    this.count--
    if (queue.size === 0) this.queues.delete(timeoutMs)
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
    for (const queue of [...this.queues.values()]) {
      for (let next = queue.first; next !== undefined; next = queue.first) {
        if (next.deadline > now) {
          earliest = Math.min(earliest, next.deadline)
          break
        }
        this.delete(next)
        next.expire()
      }
    }
    if (earliest < this.armedFor) this.arm(earliest)
  }
}
