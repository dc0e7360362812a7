import { defer, filter, type MonoTypeOperatorFunction } from 'rxjs'

/**
 * Passes over what has been there already, by its index: after a restart `committed$` emits again what follows the newest
 * snapshot, and a reader that begins anew reads again what it had read.
 *
 * Indexes ascend, so the last one is all that is kept. Each subscription begins with `after`.
 *
 * ```
 *  entries    --2--3--2--3--4--
 *  dedupe(2)
 *  result     -----3--------4--
 * ```
 *
 * @param after - up to and including which index there is nothing new. Default 0.
 */
export const dedupe =
  <E extends { readonly index: number }>(after = 0): MonoTypeOperatorFunction<E> =>
  entries$ =>
    defer(() => {
      let last = after
      return entries$.pipe(
        filter(({ index }) => {
          if (index <= last) return false
          last = index
          return true
        }),
      )
    })
