import {
  concat,
  distinctUntilChanged,
  EMPTY,
  map,
  merge,
  of,
  switchMap,
  type Observable,
  type ObservableInput,
} from 'rxjs'
import type { RoleName } from '../contracts/host.js'

/** Whatever knows whether it leads, and in which term: a host. */
export interface Leading {
  readonly role: RoleName
  readonly term: number
  readonly role$: Observable<RoleName>
  readonly term$: Observable<number>
}

/**
 * Does work on one member of a cluster: subscribes to it while this host leads, with the term in which it leads, and
 * unsubscribes from it as soon as that is in doubt: a newer term has been seen, a majority hasn't answered for an election
 * timeout, the disk hangs, the event loop was held, or the host stops. Run it on every member; it works on the leader.
 *
 * **What it can't promise** is that only one member works. A process that was held (suspended, or swapped out) leads in its
 * own eyes until it goes on and looks; one that is cut off does so until its election timeout has passed, and another may
 * lead by then. What has left the process can't be called back, nor can a promise that is under way. So the term is a
 * **fencing token**: later leaders have greater ones, and no two leaders have the same. Send it along with whatever the work
 * does elsewhere, and let the other side remember the greatest that it has seen and refuse what comes with a lesser one. It
 * is the other side that makes it safe; without one that does, do only what does no harm when it is done twice.
 *
 * The log is such another side by itself: an entry whose `term` isn't the token that its payload carries was appended by
 * work that didn't lead any more, and `apply` can pass over it.
 *
 * Work that completes is done until this host leads again, in a later term. Work that errors errors the result, and so ends
 * it; `retry` inside of it to go on. The result completes when the host stops, or has failed for good.
 *
 * ```
 *  host            f--L3-----f---L5--f-|     L3: leads in term 3
 *  work(3)            -a-b-c-…
 *  work(5)                       -a-b-c-…
 *  whileLeader(host, work)
 *  result          ----a-b--------a-b--|
 * ```
 *
 * @example
 * ```ts
 * whileLeader(host, term => interval(60_000).pipe(exhaustMap(() => backup.begin({ fencingToken: term })))).subscribe()
 * ```
 *
 * @param work - is given the term, and gives what to subscribe to.
 */
export const whileLeader = <R>(host: Leading, work: (term: number) => ObservableInput<R>): Observable<R> => {
  // by the properties, which are as of one moment, where two streams come one after the other
  const term$ = merge(host.role$, host.term$).pipe(map(() => (host.role === 'leader' ? host.term : undefined)))
  return concat(term$, of(undefined)).pipe(
    distinctUntilChanged(),
    switchMap(term => (term === undefined ? EMPTY : work(term))),
  )
}
