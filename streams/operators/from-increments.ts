import {
  AsyncSubject,
  concat,
  defer,
  finalize,
  from,
  ignoreElements,
  last,
  Observable,
  Subject,
  takeUntil,
  tap,
} from 'rxjs'
import type { OperatorFunction, Subscription } from 'rxjs'
import { isKayakError } from '../contracts/errors.js'
import { LIMITS } from '../contracts/limits.js'
import { BOUNDLESS, demandOf, open$ } from './demand.js'
import type { Differing } from './difference.js'
import { Unframing } from './increments.js'
import { inLine } from './line.js'
import { unreadable } from './unreadable.js'

/** How increments are read: by the inverses of what they were written by. */
export interface IncrementRestoring<State, Difference> {
  readonly differing: Pick<Differing<State, Difference>, 'apply'>
  /** The inverses of the pipelines that a state and a difference were written by. */
  readonly base: OperatorFunction<Uint8Array, State>
  readonly difference: OperatorFunction<Uint8Array, Difference>
}

/** A base or a difference that is being read: hands a stage what comes, and knows when it has room for more. */
class Part {
  private readonly bytes = new Subject<Uint8Array>()
  /** Of the stage that reads it. */
  private demand = BOUNDLESS
  private readonly result = new AsyncSubject<unknown>()
  private readonly subscription: Subscription

  constructor(read: OperatorFunction<Uint8Array, unknown>) {
    const asked$ = new Observable<Uint8Array>(subscriber => {
      this.demand = demandOf()
      return this.bytes.subscribe(subscriber)
    })
    this.subscription = asked$.pipe(read, last()).subscribe(this.result)
  }

  /** Completes when there is room for more; errors if there can't be any. */
  put(piece: Uint8Array): Observable<never> {
    this.bytes.next(piece)
    // it emits at its end only, so before that it can only err
    return open$(this.demand).pipe(ignoreElements(), takeUntil(this.result))
  }

  /** Emits what it has come to. */
  close(): Observable<unknown> {
    this.bytes.complete()
    return this.result
  }

  stop(): void {
    this.subscription.unsubscribe()
  }
}

/** One subscription: the state so far, and the part that is being read. */
class Reading<State, Difference> {
  private readonly frames = new Unframing()
  private state: readonly [State] | undefined
  private part: Part | undefined

  constructor(private readonly how: IncrementRestoring<State, Difference>) {}

  take(bytes: Uint8Array): Observable<never> {
    return concat(...this.steps(bytes))
  }

  end(): Observable<State> {
    this.frames.end()
    return from(this.state ?? [])
  }

  stop(): void {
    this.part?.stop()
  }

  private *steps(bytes: Uint8Array): Generator<Observable<never>, undefined> {
    for (const piece of this.frames.take(bytes))
      yield defer(() => (piece.byteLength > 0 ? this.put(piece) : this.close()))
  }

  private put(piece: Uint8Array): Observable<never> {
    return this.open().put(piece)
  }

  private close(): Observable<never> {
    return this.open()
      .close()
      .pipe(
        tap(value => {
          this.state = [this.next(value)]
          this.part = undefined
        }),
        ignoreElements(),
      )
  }

  private open(): Part {
    return (this.part ??= new Part(this.state === undefined ? this.how.base : this.how.difference))
  }

  private next(value: unknown): State {
    // open has had it read as what it is
    if (this.state === undefined) return value as State
    try {
      // the same
      return this.how.differing.apply(this.state[0], value as Difference)
    } catch (cause) {
      throw isKayakError(cause) ? cause : unreadable('a difference does not fit what it is of', cause)
    }
  }
}

/**
 * Gives back the state that `toIncrements` has written: reads the base, then applies one difference after the other.
 *
 * What is cut short, goes on after its end, or was written by something else errors with `KAYAK_UNREADABLE`, and what `base`
 * and `difference` err with goes on as it is.
 *
 * ```
 *  bytes                     --h-b-d--|      a base, and one difference
 *  fromIncrements(restoring)
 *  result                    ---------(s|)
 * ```
 *
 * @example
 * ```ts
 * const restoring = {
 *   differing: persistentMapDifference<string, number>(),
 *   base: pipe(gunzip(), fromRows<PersistentMap<string, number>>()),
 *   difference: pipe(gunzip(), fromRows<MapDifference<string, number>>()),
 * }
 * snapshot.chunks$.pipe(fromIncrements(restoring))
 * ```
 */
export const fromIncrements =
  <State, Difference>(restoring: IncrementRestoring<State, Difference>): OperatorFunction<Uint8Array, State> =>
  bytes$ =>
    defer(() => {
      const reading = new Reading(restoring)
      const state$ = bytes$.pipe(
        inLine<Uint8Array, State>({
          // one is handled at a time, so there is one
          handle: items => reading.take(items[0] as Uint8Array),
          flush: () => reading.end(),
          weigh: ({ byteLength }) => byteLength,
          ahead: LIMITS.stageAheadBytes,
          most: LIMITS.snapshotBacklogBytes,
        }),
      )
      return state$.pipe(finalize(() => reading.stop()))
    })
