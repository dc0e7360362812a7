import { Observable, type Subscription } from 'rxjs'
import { tied } from './tied.js'

type Wake = () => void

/**
 * How a stream that pushes is made to wait.
 *
 * RxJS gives a subscriber no way to tell its source that it is slow: what is pushed is pushed. The one thing that goes
 * up a pipe is the subscription itself. So whoever can't take everything at once subscribes {@link within} a demand, and
 * a source that can wait asks {@link demandOf} for it while it is being subscribed to. Whatever lies between them, RxJS's own
 * operators too, neither knows nor minds. A source that can't wait goes on, and a subscriber that nobody waits for must bound
 * what it holds by other means.
 *
 * What is held is counted here, in bytes or in entries, as the subscriber likes: the source only sees open or not.
 */
export class Demand {
  private held = 0
  private ended = false
  private waiting: Wake[] = []

  /** Open as long as less than so much is held. */
  constructor(private readonly limit: number) {}

  get isOpen(): boolean {
    return this.ended || this.held < this.limit
  }

  hold(amount: number): void {
    this.held += amount
  }

  release(amount: number): void {
    this.held -= amount
    this.wake()
  }

  /** Lets everybody go on: who held something is gone, and a source that others share must not wait for him. */
  end(): void {
    this.ended = true
    this.wake()
  }

  /** Calls back once, as soon as it is open, in this demand's own scope; not at once. Returns a way to forget that. */
  whenOpen(wake: Wake): Wake {
    this.waiting.push(wake)
    return () => {
      this.waiting = this.waiting.filter(other => other !== wake)
    }
  }

  private wake(): void {
    // one at a time, since each may close it again
    while (this.isOpen) {
      const next = this.waiting.shift()
      if (next === undefined) return
      scoped(this, next)
    }
  }
}

/** The demand of those who can take everything. */
export const BOUNDLESS = new Demand(Infinity)

let current = BOUNDLESS

/** Does something in the scope of a demand, so that what is subscribed to meanwhile asks for it. */
export function scoped<R>(demand: Demand, work: () => R): R {
  const before = current
  current = demand
  try {
    return work()
  } finally {
    current = before
  }
}

/** The demand of whoever is subscribing right now: ask at once on being subscribed to, and keep it. */
export const demandOf = (): Demand => current

/**
 * Subscribes to a source in the scope of a demand. What the source emits goes on outside of it, so that a handler that
 * subscribes to something else isn't made to wait for itself.
 */
export const within = <T>(demand: Demand, source$: Observable<T>): Observable<T> =>
  new Observable(subscriber => {
    const outside = current
    return scoped(demand, (): Subscription =>
      tied(source$, subscriber).subscribe({
        next: value => scoped(outside, () => subscriber.next(value)),
        error: (error: unknown) => scoped(outside, () => subscriber.error(error)),
        complete: () => scoped(outside, () => subscriber.complete()),
      }),
    )
  })

/** Emits what there is, as fast as a demand allows. */
export const each = <T>(demand: Demand, items: Iterable<T>): Observable<T> =>
  within(
    demand,
    pulled(() => items[Symbol.iterator]()),
  )

/** Emits once, as soon as a demand is open, at once if it is, and completes. */
export const open$ = (demand: Demand): Observable<void> =>
  new Observable(subscriber => {
    const go = (): void => {
      subscriber.next()
      subscriber.complete()
    }
    if (demand.isOpen) return go()
    return demand.whenOpen(go)
  })

/**
 * Emits what an iterator gives, as fast as it is wanted and not faster. The iterator is begun with the subscription, and
 * is let go of when it ends.
 */
export const pulled = <T>(begin: () => Iterator<T>): Observable<T> =>
  new Observable(subscriber => {
    const demand = demandOf()
    let iterator: Iterator<T> | undefined
    let forget: Wake | undefined
    let ended = false
    const pull = (): void => {
      iterator ??= begin()
      while (!subscriber.closed) {
        if (!demand.isOpen) return void (forget = demand.whenOpen(run))
        const next = iterator.next()
        if (next.done === true) {
          ended = true
          return subscriber.complete()
        }
        subscriber.next(next.value)
      }
    }
    const run = (): void => {
      try {
        pull()
      } catch (error) {
        ended = true
        subscriber.error(error)
      }
    }
    subscriber.add(() => {
      forget?.()
      if (!ended) iterator?.return?.()
    })
    run()
  })
