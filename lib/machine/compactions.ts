import { catchError, concat, defer, EMPTY, exhaustMap, filter, from, map, of, takeUntil, withLatestFrom } from 'rxjs'
import type { Observable, OperatorFunction } from 'rxjs'
import { isKayakError, KayakError } from '../../streams/contracts/errors.js'
import type { Compaction, Entry, Snapshot } from '../../streams/contracts/host.js'
import type { CompactionStrategy, Growth } from '../../streams/operators/growth.js'
import type { Projection } from '../../streams/operators/project.js'
import type { Step } from './transition.js'

/** When and how a machine is compacted. */
export interface Compacting<State, Command> {
  readonly strategy: CompactionStrategy
  readonly snapshot: OperatorFunction<State, Uint8Array>
  readonly measure: (command: Command) => number
  readonly compact: (until: number, chunks$: Observable<Uint8Array>) => Promise<Snapshot>
  /** Errors when the machine stops: a snapshot under way is given up. */
  readonly stopped$: Observable<never>
}

/** How a log grows by an entry. What isn't looked at isn't measured. */
const growthOf = <Command>(
  { index, time, payload }: Entry<Command>,
  measure: (command: Command) => number,
): Growth => ({
  index,
  time,
  get bytes() {
    return measure(payload)
  },
})

const failed = (index: number, cause: unknown): Compaction => {
  const error = isKayakError(cause) ? cause : new KayakError('KAYAK_INVALID', 'The strategy has failed.', { cause })
  return { type: 'failed', index, bytes: 0, error }
}

/**
 * Compacts when a strategy says so, up to where the machine is then: its state as of that entry is kept as it is, and
 * written while the machine goes on. What the strategy says while a snapshot is being written, or of what is in the newest
 * snapshot already, asks for nothing. One that fails is told of, and is tried again at the next point.
 */
export function compactions$<State, Command>(
  step$: Observable<Projection<Step<State, Command, unknown>>>,
  { strategy, snapshot, measure, compact, stopped$ }: Compacting<State, Command>,
): Observable<Compaction> {
  return defer(() => {
    let newest = 0
    const written$ = (index: number, state: State): Observable<Compaction> => {
      const finished$ = defer(() => from(compact(index, of(state).pipe(snapshot, takeUntil(stopped$))))).pipe(
        map(({ bytes }): Compaction => {
          newest = Math.max(newest, index)
          return { type: 'finished', index, bytes }
        }),
        catchError((error: unknown) => of(failed(index, error))),
      )
      return concat(of<Compaction>({ type: 'started', index, bytes: 0 }), finished$)
    }
    const growth$ = step$.pipe(
      map(({ index, state: { entry } }) => {
        // one to begin with is the state of a snapshot
        if (entry === undefined) newest = Math.max(newest, index)
        return entry
      }),
      filter(entry => entry !== undefined),
      map(entry => growthOf(entry, measure)),
    )
    return growth$.pipe(
      strategy,
      withLatestFrom(step$),
      exhaustMap(([point, { index, state }]) =>
        point > newest && index > newest ? written$(index, state.state) : EMPTY,
      ),
    )
  }).pipe(catchError((error: unknown) => of(failed(0, error))))
}
