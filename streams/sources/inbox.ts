import { Observable, type MonoTypeOperatorFunction, type Subscription } from 'rxjs'
import type { Clock } from '../contracts/clock.js'
import { Broadcast } from '../operators/broadcast.js'

/** How often what follows from a batch at once, as what a member says to itself, is settled within the same turn. */
const ROUNDS = 3

/**
 * The one trampoline through which everything enters that can change a member: messages, timers, disk completions and
 * requests. Tasks run one at a time, in order, and one that posts another doesn't run it.
 *
 * It drains once a turn of the event loop, so that what arrives together is handled together. After each drained batch
 * `settled$` emits, when roles decide what follows from all of it. What they post to themselves by that is a batch of the
 * same turn. At its end `flush$` emits, when what has come of all goes to the disk and into views.
 *
 * ```
 *  post     a b--c------
 *  task     ----a b--c--
 *  settled$ ------s---s-
 *  flush$   ------f---f-
 * ```
 */
export class Inbox {
  private waiting: (() => void)[] = []
  /** The turn that is to come, or is on. */
  private turn: Subscription | undefined
  private readonly settled = new Broadcast<void>()
  readonly settled$: Observable<void> = this.settled.values$
  private readonly flush = new Broadcast<void>()
  readonly flush$: Observable<void> = this.flush.values$
  private closed = false

  constructor(private readonly clock: Clock) {}

  /** Tasks that wait for their turn. */
  get length(): number {
    return this.waiting.length
  }

  /** Whether what has come has settled, and nothing more has. Not where nobody hears that, as once a member has failed. */
  get isAtRest(): boolean {
    return this.turn === undefined && this.flush.observed
  }

  get isClosed(): boolean {
    return this.closed
  }

  post(task: () => void): void {
    if (this.closed) return
    this.waiting.push(task)
    this.schedule()
  }

  /** Lets what a stream emits, and its end, take their turn. What waits when it is unsubscribed is dropped. */
  enter<T>(): MonoTypeOperatorFunction<T> {
    return source =>
      new Observable<T>(subscriber =>
        source.subscribe({
          next: value => this.post(() => subscriber.next(value)),
          error: (error: unknown) => this.post(() => subscriber.error(error)),
          complete: () => this.post(() => subscriber.complete()),
        }),
      )
  }

  close(): void {
    this.closed = true
    this.waiting = []
    this.turn?.unsubscribe()
    this.settled.complete()
    this.flush.complete()
  }

  private settle(): void {
    const batch = this.waiting
    this.waiting = []
    for (const task of batch) if (!this.closed) task()
    if (!this.closed) this.settled.next()
  }

  private schedule(): void {
    this.turn ??= this.clock.schedule(() => this.drain(), 0)
  }

  private drain(): void {
    for (let rounds = 0; rounds < ROUNDS && (rounds === 0 || this.waiting.length > 0); rounds++) this.settle()
    if (!this.closed) this.flush.next()
    this.turn = undefined
    if (this.waiting.length > 0 && !this.closed) this.schedule()
  }
}
