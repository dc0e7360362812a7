import { Observable } from 'rxjs'

/** Does the work once for each subscriber, who may leave without cancelling it. Promises end here. */
export const cold = <T>(work: () => Promise<T>): Observable<T> =>
  new Observable<T>(subscriber => {
    work().then(
      value => {
        subscriber.next(value)
        subscriber.complete()
      },
      (error: unknown) => subscriber.error(error),
    )
  })

/** The same for work whose end is all there is to tell. */
export const coldWrite = (work: () => Promise<void>): Observable<never> =>
  new Observable<never>(subscriber => {
    work().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    )
  })
