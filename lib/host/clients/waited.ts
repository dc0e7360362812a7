import { Observable } from 'rxjs'
import type { Settle } from '../../../streams/sources/requests.js'
import type { Waiting } from '../../member/waiting-room.js'

/** What is waited for at a member, as an observable: it emits once, and unsubscribing gives it up. */
export const waited$ = <T>(begin: (settle: Settle<T>) => Waiting): Observable<T> =>
  new Observable(subscriber => {
    const waiting = begin({
      done: value => {
        subscriber.next(value)
        subscriber.complete()
      },
      failed: error => subscriber.error(error),
    })
    return () => waiting.abort(undefined)
  })
