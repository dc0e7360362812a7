import { scan, type OperatorFunction } from 'rxjs'
import type { Entry } from '../contracts/host.js'

/** A state, and the index of the entry that made it so: all entries up to there are in it. */
export interface Projection<State> {
  readonly index: number
  readonly state: State
}

/** What one entry makes of a state. Pure: every member that applies the same entries must get an equal state. */
export type Apply<State, T> = (state: State, payload: T, entry: Entry<T>) => State

/**
 * Folds entries into a state and emits it after each of them, with the index of that entry.
 *
 * The index comes along because a state without it can't be acknowledged, compared or snapshotted: `sync.ack(index)`
 * and `log.compact(index, …)` both need to know what is in it. Who only wants the state maps to it. A state that an
 * entry didn't change is emitted again as the same object, so `distinctUntilChanged()` after that `map` needs no
 * comparison of its own.
 *
 * The initial state is not emitted, since no entry has made it: before the first entry nothing is known here, and 'nothing yet'
 * isn't 'empty'. Who shows it anyway says `startWith`. It may be the state of a snapshot, if the entries are those that
 * follow it. Each subscription folds anew from it, so `apply` returns a new state, or the old one, and changes neither.
 *
 * What `apply` throws errors the pipe. Completes and errors with its source.
 *
 * ```
 *  entries              --1---2---3--
 *  project(0, (sum, n) => sum + n)
 *  result               --a---b---c--      a: 1, b: 3, c: 6, each with its index
 * ```
 *
 * @example
 * ```ts
 * const total$ = host.committed$.pipe(
 *   decode(amounts),
 *   project(0, (sum, amount) => sum + amount),
 *   map(({ state }) => state),
 *   distinctUntilChanged(),
 * )
 * ```
 */
export const project =
  <State, T>(initial: State, apply: Apply<State, T>): OperatorFunction<Entry<T>, Projection<State>> =>
  entries$ =>
    entries$.pipe(
      scan(
        ({ state }: Projection<State>, entry) => ({ index: entry.index, state: apply(state, entry.payload, entry) }),
        { index: 0, state: initial },
      ),
    )
