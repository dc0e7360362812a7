import { Observable, type Subscriber } from 'rxjs'
import { LIMITS } from '../../streams/contracts/limits.js'
import { IndexQueue } from '../../streams/operators/index-queue.js'

/** What came of an entry, or that it is applied and nobody knows any more. */
export type Told<Result> = { readonly isKnown: true; readonly value: Result } | { readonly isKnown: false }

/** An append under way: it may turn out to be any entry after the one that was applied when it began. */
interface Asking {
  readonly after: number
}

const LOST = { isKnown: false } as const

/**
 * What comes of entries, for those who wait for it. Whose an entry is is known only when its append is answered, which
 * may be before it is applied or after. So results are kept from the first entry on that an append under way may be, and
 * let go of when none is.
 */
export class Results<Result> {
  private readonly asking = new Set<Asking>()
  private readonly kept = new Map<number, Result>()
  private readonly waiting = new Map<number, Set<Subscriber<Told<Result>>>>()
  /** Those for whom it is enough that an index is passed. */
  private readonly passing = new IndexQueue<Subscriber<void>>()
  /** Up to where all is applied; below 0 before there is a state. */
  private reached = -1
  /** Up to where none is kept. */
  private gone = -1

  /** Begins to keep results for an append. Returns what to call once it is known which entry it is. */
  ask(): () => void {
    const asking = { after: this.reached }
    this.asking.add(asking)
    return () => {
      this.asking.delete(asking)
      this.letGo()
    }
  }

  /** An entry is applied. */
  applied(index: number, value: Result): void {
    if (this.asking.size > 0) this.keep(index, value)
    this.tell(index, { isKnown: true, value })
    this.reach(index)
  }

  /** A state is there that holds all up to an index, whatever came of that. */
  skippedTo(index: number): void {
    for (const at of this.waiting.keys()) if (at <= index) this.tell(at, LOST)
    this.reach(index)
  }

  /** What came of an entry, as far as that is known by now; undefined if it isn't applied. */
  told(index: number): Told<Result> | undefined {
    const value = this.kept.get(index)
    // an apply may have answered undefined
    if (value !== undefined || this.kept.has(index)) return { isKnown: true, value: value as Result }
    return this.holds(index) ? LOST : undefined
  }

  /** What comes of an entry that isn't applied yet. */
  at$(index: number): Observable<Told<Result>> {
    return new Observable(subscriber => {
      const group = this.waiting.get(index) ?? new Set()
      this.waiting.set(index, group.add(subscriber))
      return () => {
        group.delete(subscriber)
        if (group.size === 0 && this.waiting.get(index) === group) this.waiting.delete(index)
      }
    })
  }

  /** Whether there is a state that holds all up to an index. */
  holds(index: number): boolean {
    return index <= this.reached
  }

  /** Emits once there is a state that holds all up to an index, which it doesn't yet. No entry needs to have it. */
  holding$(index: number): Observable<void> {
    return new Observable(subscriber => {
      this.passing.put(index, subscriber)
      return () => this.passing.delete(subscriber)
    })
  }

  private reach(index: number): void {
    this.reached = index
    for (const [, waiting] of this.passing.take(index)) {
      waiting.next()
      waiting.complete()
    }
  }

  private tell(index: number, told: Told<Result>): void {
    const group = this.waiting.get(index)
    if (group === undefined) return
    this.waiting.delete(index)
    for (const waiting of group) {
      waiting.next(told)
      waiting.complete()
    }
  }

  private keep(index: number, value: Result): void {
    this.kept.set(index, value)
    if (this.kept.size <= LIMITS.machineResults) return
    // many at once, since to look for the oldest takes as long as there were older ones
    let excess = LIMITS.machineResults / 2
    for (const oldest of this.kept.keys()) {
      if (excess-- === 0) return
      this.kept.delete(oldest)
    }
  }

  /** Lets go of what no append under way can be. */
  private letGo(): void {
    const [first] = this.asking
    const after = first?.after ?? Infinity
    if (after === this.gone) return
    this.gone = first === undefined ? -1 : after
    for (const index of this.kept.keys()) {
      if (index > after) return
      this.kept.delete(index)
    }
  }
}
