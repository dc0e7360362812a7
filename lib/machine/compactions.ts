import { catchError, concat, defer, EMPTY, endWith, exhaustMap, filter, from, ignoreElements, map, of } from 'rxjs'
import { takeUntil, withLatestFrom } from 'rxjs'
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

/** How a log grows by an entry. What isn't looked at isn't measured, and what can't be measured counts for nothing. */
const growthOf = <Command>(
  { index, time, payload }: Entry<Command>,
  measure: (command: Command) => number,
): Growth => ({
  index,
  time,
  get bytes() {
    try {
      const bytes = measure(payload)
      return bytes > 0 ? bytes : 0
    } catch {
      return 0
    }
  },
})

const failed = (index: number, what: string, cause: unknown): Compaction => {
  const error = isKayakError(cause) ? cause : new KayakError('KAYAK_INVALID', `${what} has failed.`, { cause })
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
        catchError((error: unknown) => of(failed(index, 'The snapshot', error))),
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
      // one with a clock of its own would go on for ever
      takeUntil(step$.pipe(ignoreElements(), endWith(undefined))),
      withLatestFrom(step$),
      exhaustMap(([point, { index, state }]) =>
        point > newest && index > newest ? written$(index, state.state) : EMPTY,
      ),
    )
  }).pipe(catchError((error: unknown) => of(failed(0, 'The strategy', error))))
}
