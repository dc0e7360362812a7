import { Observable, takeUntil, type Subscriber } from 'rxjs'

/**
 * A source that ends at once when a subscriber does. A source that emits while it is being subscribed to hasn't given its
 * subscription yet, so there is no other way to stop it then.
 */
export const tied = <T>(source$: Observable<T>, subscriber: Subscriber<unknown>): Observable<T> => {
  const gone$ = new Observable<void>(observer => {
    const tell = (): void => observer.next()
    subscriber.add(tell)
    return () => subscriber.remove(tell)
  })
  return source$.pipe(takeUntil(gone$))
}
