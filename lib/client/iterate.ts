import { Subscription, type Observable } from 'rxjs'
import { Demand, within } from '../../streams/operators/demand.js'

interface Asked<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void
  readonly reject: (error: unknown) => void
}

const END = { done: true, value: undefined } as const

/** Batches of a stream one value after the other, as an iterator: the stream waits while one is held. */
class Pulled<T> implements AsyncIterableIterator<T, undefined> {
  private readonly demand = new Demand(1)
  private readonly subscription = new Subscription()
  private readonly asked: Asked<T>[] = []
  private held: readonly T[] = []
  private at = 0
  private state: 'new' | 'open' | 'over' = 'new'
  private error: { readonly reason: unknown } | undefined

  constructor(private readonly batch$: Observable<readonly T[]>) {}

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      this.asked.push({ resolve, reject })
      if (this.state === 'new') this.begin()
      this.answer()
    })
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.held = []
    this.error = undefined
    this.end()
    return Promise.resolve(END)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  private begin(): void {
    this.state = 'open'
    this.subscription.add(
      within(this.demand, this.batch$).subscribe({
        next: batch => this.hold(batch),
        error: (reason: unknown) => {
          this.error = { reason }
          this.end()
        },
        complete: () => this.end(),
      }),
    )
  }

  private hold(batch: readonly T[]): void {
    if (batch.length === 0) return
    this.held = [...this.held.slice(this.at), ...batch]
    this.at = 0
    this.demand.hold(1)
    this.answer()
  }

  private end(): void {
    this.state = 'over'
    this.subscription.unsubscribe()
    this.demand.end()
    this.answer()
  }

  private answer(): void {
    while (this.asked.length > 0) {
      if (this.at < this.held.length) this.asked.shift()?.resolve({ done: false, value: this.take() })
      else if (this.error !== undefined) this.fail(this.error.reason)
      else if (this.state === 'over') this.asked.shift()?.resolve(END)
      else return
    }
  }

  private take(): T {
    // there is one, by the caller
    const value = this.held[this.at] as T
    this.at++
    if (this.at === this.held.length) this.demand.release(1)
    return value
  }

  /** An error is thrown once; after it the iterator has ended. */
  private fail(reason: unknown): void {
    this.error = undefined
    this.asked.shift()?.reject(reason)
  }
}

/** What a stream of batches holds, as an iterator that is begun with its first value and holds one batch. */
export const iterate = <T>(batch$: Observable<readonly T[]>): AsyncIterableIterator<T, undefined> => new Pulled(batch$)
