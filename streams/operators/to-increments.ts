import { catchError, concat, defer, filter, map, of, switchMap, take, throwError } from 'rxjs'
import type { Observable, OperatorFunction } from 'rxjs'
import { demandOf, within } from './demand.js'
import type { Differing } from './difference.js'
import { framed, headerOf, Unframing } from './increments.js'
import { positive } from './positive.js'
import { stage, type Emit, type Stage } from './stage.js'

/** A state that is to be written, and the one that was written last. */
export interface Increment<State> {
  readonly state: State
  /** The state that the newest snapshot holds, and that snapshot's bytes. Without it all of `state` is written. */
  readonly before?: { readonly state: State; readonly chunks$: Observable<Uint8Array> } | undefined
}

/** How increments are written. */
export interface IncrementOptions<State, Difference> {
  /** After so many differences a base is written again. */
  readonly maxDifferences: number
  readonly differing: Pick<Differing<State, Difference>, 'between'>
  /** How a whole state is written, and how a difference is. */
  readonly base: OperatorFunction<State, Uint8Array>
  readonly difference: OperatorFunction<Difference, Uint8Array>
}

/** What is copied has as many differences as it may have. */
const FULL = new Error('full')
const END = framed(new Uint8Array(0))

/** Copies increments as they are, but for how many there are: one more will follow. */
class Copying implements Stage<Uint8Array, Uint8Array> {
  private readonly frames = new Unframing()
  private hasBegun = false

  constructor(private readonly most: number) {}

  take(bytes: Uint8Array, emit: Emit<Uint8Array>): void {
    const pieces = this.frames.take(bytes)
    for (const piece of pieces) {
      this.begin(emit)
      emit(framed(piece))
    }
    this.begin(emit)
  }

  end(): void {
    this.frames.end()
  }

  private begin(emit: Emit<Uint8Array>): void {
    const { differences } = this.frames
    if (differences === undefined || this.hasBegun) return
    if (differences >= this.most) throw FULL
    this.hasBegun = true
    emit(headerOf(differences + 1))
  }
}

const whole$ = (bytes$: Observable<Uint8Array>): Observable<Uint8Array> =>
  concat(
    bytes$.pipe(
      filter(({ byteLength }) => byteLength > 0),
      map(framed),
    ),
    of(END),
  )

/**
 * Writes a state as what it differs by from the one before: copies the bytes of the snapshot before, a base and its
 * differences, and adds one. After `maxDifferences` it writes a base again. The inverse is `fromIncrements`.
 *
 * A snapshot is one stream of bytes, which takes the place of the one before, so what is saved is making them: walking the
 * state, encoding and compressing it. The base is written to the disk again each time. That is worth it where the state
 * is large, what changes between snapshots is little, and its stages take long: put `gzip` into `base` and `difference`,
 * so that what is copied stays compressed. What goes around all of it, such as `encrypt`, is taken off `chunks$` before.
 *
 * `before` must hold what the snapshot that `chunks$` reads holds, so keep the state that was written last, or restored: with
 * states that are never changed, that is to hold a reference.
 *
 * ```
 *  increment             --i---------------|      i: { state, before: { state, chunks$ } }
 *  chunks$                 h---b---d---|          h: with one difference, b: a base, d: the difference
 *  toIncrements(options)
 *  result                --H---B---D---(E|)       H: with two differences, E: the second
 * ```
 *
 * @example
 * ```ts
 * const packed = pipe(toRows(), gzip())
 * const options = { maxDifferences: 8, differing: persistentMapDifference<string, number>(), base: packed, difference: packed }
 * of({ state, before: { state: written, chunks$: snapshot.chunks$ } }).pipe(toIncrements(options), chunk(64 * KiB))
 * ```
 *
 * @throws {@link KayakError} `KAYAK_INVALID` at once if `maxDifferences` is no whole number from 1; `KAYAK_UNREADABLE` in the pipe
 * if `chunks$` is not what this has written.
 */
export const toIncrements = <State, Difference>({
  maxDifferences,
  differing,
  base,
  difference,
}: IncrementOptions<State, Difference>): OperatorFunction<Increment<State>, Uint8Array> => {
  const most = positive('maxDifferences', maxDifferences)
  const based$ = (state: State): Observable<Uint8Array> => concat(of(headerOf(0)), whole$(of(state).pipe(base)))
  const written$ = ({ state, before }: Increment<State>): Observable<Uint8Array> => {
    if (before === undefined) return based$(state)
    const demand = demandOf()
    const added$ = defer(() => whole$(of(differing.between(before.state, state)).pipe(difference)))
    return concat(before.chunks$.pipe(stage(() => new Copying(most))), within(demand, added$)).pipe(
      catchError((error: unknown) => (error === FULL ? within(demand, based$(state)) : throwError(() => error))),
    )
  }
  return increment$ =>
    defer(() => {
      const demand = demandOf()
      return increment$.pipe(
        take(1),
        switchMap(increment =>
          within(
            demand,
            defer(() => written$(increment)),
          ),
        ),
      )
    })
}
