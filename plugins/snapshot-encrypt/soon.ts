import { from, isObservable, of, take, throwIfEmpty, type Observable } from 'rxjs'
import { KayakError } from '../../streams/contracts/errors.js'

/** What a caller gives at once, as a promise, or as an observable, of which the first value counts. */
export type Soon<T> = T | PromiseLike<T> | Observable<T>

const isPromise = <T>(value: Soon<T>): value is PromiseLike<T> =>
  typeof value === 'object' && value !== null && 'then' in value

/** Emits it once. */
export function soon$<T>(value: Soon<T>): Observable<T> {
  if (!isObservable(value) && !isPromise(value)) return of(value)
  const none = (): KayakError => new KayakError('KAYAK_INVALID', 'The observable of a key has completed without one.')
  return from(value).pipe(take(1), throwIfEmpty(none))
}
