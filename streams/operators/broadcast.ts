import { AsyncSubject, Observable, type Observer, type SubjectLike, type Subscriber, type Subscription } from 'rxjs'

/**
 * A hot stream of very many values: what a `Subject` is, without the closure, the iterator and its results that one makes
 * for each value.
 *
 * ```
 *  next       a--b--c
 *  values$ 1  a--b--c
 *  values$ 2    (b--c
 * ```
 */
export class Broadcast<T> implements SubjectLike<T> {
  private subscribers: readonly Subscriber<T>[] = []
  private readonly ending = new AsyncSubject<never>()
  /** What comes from now on. Ends with the broadcast, at once if that is over. */
  readonly values$ = new Observable<T>(subscriber => {
    this.subscribers = [...this.subscribers, subscriber]
    subscriber.add(() => (this.subscribers = this.subscribers.filter(one => one !== subscriber)))
    return this.ending.subscribe(subscriber)
  })

  /** Whether anybody is subscribed. */
  get observed(): boolean {
    return this.subscribers.length > 0
  }

  /** To {@link Broadcast.values$}: for `connect`, which gives many what comes from one. */
  subscribe(observer: Partial<Observer<T>>): Subscription {
    return this.values$.subscribe(observer)
  }

  next(value: T): void {
    for (const subscriber of this.subscribers) subscriber.next(value)
  }

  error(error: unknown): void {
    this.ending.error(error)
  }

  complete(): void {
    this.ending.complete()
  }
}
