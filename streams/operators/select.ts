import { defer, distinctUntilChanged, map, type OperatorFunction } from 'rxjs'
import type { Projection } from './project.js'
import { shared } from './shared.js'

/**
 * A part of a state, or something made of it, emitted when it changes and only then.
 *
 * What is equal to what was emitted before *is* what was emitted before, and so is each part of it that hasn't changed: of
 * plain objects, arrays and maps, to any depth, and of sets of plain values. So a view that is built anew each time isn't drawn anew each time. Parts
 * of the state that `apply` left alone are the same objects, and aren't looked into.
 *
 * ```
 *  projections           --a--b--c--      1: { index: 1, state: { ann: 5 } }, ann 5 again, ann 7
 *  select(s => s.ann)
 *  result                --5-----7--
 * ```
 *
 * @example
 * ```ts
 * projections$.pipe(select(accounts => ({ rich: [...accounts].filter(([, balance]) => balance > 1000) })))
 * ```
 *
 * @param view - pure.
 */
export const select =
  <State, View>(view: (state: State) => View): OperatorFunction<Projection<State>, View> =>
  projections$ =>
    defer(() => {
      let before: View | undefined
      return projections$.pipe(
        map(({ state }) => (before = shared(before, view(state)))),
        distinctUntilChanged(Object.is),
      )
    })
