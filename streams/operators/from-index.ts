import { defer, filter, from, isObservable, type Observable, type ObservableInput } from 'rxjs'
import { KayakError } from '../contracts/errors.js'
import type { Entry } from '../contracts/host.js'
import { pulled } from './demand.js'

/** What can be read from an index on: a host's log, or a client's. */
export interface Listenable<T> {
  /** History from an index on, inclusive, then what commits. */
  listen(from?: number): Observable<Entry<T>>
}

/** Where entries come from: a host, its log, or entries that are there, such as an array in a test. */
export type EntrySource<T> = Listenable<T> | { readonly log: Listenable<T> } | ObservableInput<Entry<T>>

const isListenable = (source: object): source is Listenable<never> =>
  'listen' in source && typeof source.listen === 'function'

const isIterable = (source: object): source is Iterable<never> => Symbol.iterator in source

function checked(index: number): number {
  if (Number.isSafeInteger(index) && index >= 0) return index
  throw new KayakError('KAYAK_INVALID', 'An index to read from is a whole number from 0.')
}

/** The log of a source that has one. */
export function logOf<T>(source: EntrySource<T>): Listenable<T> | undefined {
  if (isObservable(source)) return undefined
  const log = 'log' in source ? source.log : source
  return isListenable(log) ? log : undefined
}

/** Entries that are there, of which those are left out that come before an index. */
function there$<T>(source: ObservableInput<Entry<T>>, index: number): Observable<Entry<T>> {
  const entries$ = isIterable(source) && !isObservable(source) ? pulled(() => source[Symbol.iterator]()) : from(source)
  return entries$.pipe(filter(entry => entry.index >= index))
}

/**
 * History from an index on, inclusive, then what commits, without a gap and without a double.
 *
 * It waits for whoever handles its entries with `applyEach`, `batched` or `oneByOne`: the log is read on when the last
 * that has been read is at work, so a consumer may be as slow and as far behind as it likes, and memory holds one batch of 1 MiB of the log. Between
 * the two there may be any operators that pass on what they get at once; `share`, or an operator of time, breaks the chain.
 *
 * Where the log from `index` on has been compacted, also while it is being read, it errors with `KAYAK_COMPACTED`, whose
 * `snapshotIndex` says up to where. A machine restores itself from that snapshot, which `withSnapshot` does; who has no
 * state to restore, and can do without what is gone, reads on after it:
 *
 * ```ts
 * const mails$ = (index: number): Observable<Entry> =>
 *   fromIndex(host, index).pipe(
 *     catchError(error => {
 *       if (isKayakError(error) && error.snapshotIndex !== undefined) return mails$(error.snapshotIndex + 1)
 *       throw error
 *     }),
 *   )
 * ```
 *
 * Completes when the host stops, or with the entries that it was given.
 *
 * ```
 *  committed           1--2--3-----4--5--
 *  fromIndex(host, 2)        (subscribed)
 *  result                    (23)--4--5--
 * ```
 *
 * @param source - a host, its log, or for a test entries that are there: an array, an iterable or an observable.
 * @param index - 0 and 1 are the beginning. Default 0.
 * @throws {@link KayakError} `KAYAK_INVALID` at once if `index` is no index.
 */
export function fromIndex<T>(source: EntrySource<T>, index = 0): Observable<Entry<T>> {
  const first = checked(index)
  const log = logOf(source)
  if (log !== undefined) return defer(() => log.listen(first))
  // what has no log to read is entries
  return there$(source as ObservableInput<Entry<T>>, first)
}
