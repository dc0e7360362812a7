import { defer, from, map, Observable, of, take, type MonoTypeOperatorFunction, type ObservableInput } from 'rxjs'
import { tied } from './tied.js'

/** Whatever knows what everybody has been told: a host. */
export interface Current {
  readonly sync: {
    /** Gives an index once all is here that was acknowledged anywhere before it was asked for. */
    barrier(): ObservableInput<number>
  }
  readonly log: { readonly shown: number }
}

/** Up to where: an index, something that gives one, or a host, up to what is acknowledged anywhere by now. */
export type Target = number | ObservableInput<number> | Current

const isCurrent = (target: Exclude<Target, number>): target is Current => 'sync' in target

function goal$(target: Target): Observable<number> {
  if (typeof target === 'number') return of(target)
  if (!isCurrent(target)) return from(target).pipe(take(1))
  // what has been confirmed may be an entry of kayak's own, which nobody is shown
  return defer(() => target.sync.barrier()).pipe(map(() => target.log.shown))
}

/** What a subscription knows. */
interface Standing {
  readonly reached: number
  readonly goal: number
}

/**
 * Passes on entries until nothing is missing of what was acknowledged anywhere before it was subscribed to, and completes
 * then: how to tell that a machine which is reading history is up to date, and may say that it is ready.
 *
 * It goes before what leaves entries out, as `ofType` does: it has seen all when it has seen the last one.
 *
 * Once it is known up to where, nothing that comes after that is emitted; what comes before that is known is. It can't
 * tell what a source that begins later has left out.
 *
 * ```
 *  entries             12-3--4---5--
 *  goal                -----4             acknowledged: up to 4
 *  untilCaughtUp(host)
 *  result              12-3--(4|)
 * ```
 *
 * @example
 * ```ts
 * fromIndex(host, 1).pipe(project(initial, apply), untilCaughtUp(host)).subscribe({ complete: () => ready() })
 * ```
 *
 * @param target - a host, whose barrier is asked for, which may fail with `KAYAK_TIMEOUT` where there is no majority; or
 * an index, or what gives one.
 */
export const untilCaughtUp =
  <E extends { readonly index: number }>(target: Target): MonoTypeOperatorFunction<E> =>
  entries$ =>
    new Observable(subscriber => {
      let standing: Standing = { reached: 0, goal: Infinity }
      const error = (reason: unknown): void => subscriber.error(reason)
      const move = (change: Partial<Standing>): void => {
        standing = { ...standing, ...change }
        if (standing.reached >= standing.goal) subscriber.complete()
      }
      // first, since it may be known at once
      tied(goal$(target), subscriber).subscribe({ next: goal => move({ goal }), error })
      tied(entries$, subscriber).subscribe({
        next: entry => {
          if (entry.index <= standing.goal) subscriber.next(entry)
          move({ reached: entry.index })
        },
        error,
        complete: () => subscriber.complete(),
      })
    })
