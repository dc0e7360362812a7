import { Observable, type OperatorFunction } from 'rxjs'
import { tied } from './tied.js'

/** Passes a value on, and says whether anybody listens still. */
export type Emit<R> = (value: R) => boolean

/** One run of a stage of a pipeline. What it throws errors the pipe. */
export interface Stage<T, R> {
  take(value: T, emit: Emit<R>): void
  /** The source has completed. */
  end(emit: Emit<R>): void
}

/** An operator that does all it does at once, on what comes, with a state of its own for each subscription. */
export const stage =
  <T, R>(begin: () => Stage<T, R>): OperatorFunction<T, R> =>
  source$ =>
    new Observable(subscriber => {
      const run = begin()
      const emit = (value: R): boolean => {
        subscriber.next(value)
        return !subscriber.closed
      }
      const attempt = (work: () => void): void => {
        try {
          work()
        } catch (error) {
          subscriber.error(error)
        }
      }
      tied(source$, subscriber).subscribe({
        next: value => attempt(() => run.take(value, emit)),
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          attempt(() => run.end(emit))
          subscriber.complete()
        },
      })
    })
