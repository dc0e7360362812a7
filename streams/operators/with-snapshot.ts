import { defer, dematerialize, filter, from, isObservable, last, map, materialize, merge, of, retry } from 'rxjs'
import { startWith, switchMap, throwError, type Observable, type ObservableInput, type OperatorFunction } from 'rxjs'
import { isCompacted, isKayakError, KayakError } from '../contracts/errors.js'
import type { Compaction, Entry, Snapshot } from '../contracts/host.js'
import { demandOf, within } from './demand.js'
import { fromIndex, type Listenable } from './from-index.js'
import { project, type Apply, type Projection } from './project.js'

/** What keeps snapshots: a host, or a client. */
export interface Restorable<T> {
  readonly log: Listenable<T> & {
    /** The newest snapshot; undefined while there is none. */
    snapshot(): ObservableInput<Snapshot | undefined>
  }
  readonly compaction$: Observable<Compaction>
  /** Of a client: the member that it asks, another object with each connection. Another member may have older snapshots. */
  readonly connected?: unknown
}

/** How a state comes out of a snapshot, and what it is where there is none. */
export interface Restoring<State> {
  readonly initial: State
  /** The inverse of the pipeline that the snapshot was written with. Its last value is the state. */
  readonly restore: OperatorFunction<Uint8Array, State>
}

/** Goes on from a state with the entries that follow it. */
export type Follow<T, State, R> = (begun: Projection<State>, entry$: Observable<Entry<T>>) => ObservableInput<R>

const isRestorable = <T>(source: Restorable<T> | ObservableInput<Entry<T>>): source is Restorable<T> =>
  !isObservable(source) && 'compaction$' in source

/** The state of a snapshot. */
function restored$<State>({ index, chunks$ }: Snapshot, { restore }: Restoring<State>): Observable<Projection<State>> {
  return chunks$.pipe(
    restore,
    map(state => ({ index, state })),
    last(undefined, undefined),
    map(begun => {
      if (begun !== undefined) return begun
      throw new KayakError('KAYAK_UNREADABLE', `The snapshot at ${index} was restored to no state at all.`)
    }),
  )
}

/** One subscription to what a host keeps. */
class Restored<T, State, R> {
  private readonly demand = demandOf()
  /** The snapshot that was begun with. */
  private index = -1
  /** Who had it. */
  private member: unknown
  /** What has told that a newer one has taken its place. */
  private overtaken: unknown
  private isStuck = false

  constructor(
    private readonly host: Restorable<T>,
    private readonly restoring: Restoring<State>,
    private readonly follow: Follow<T, State, R>,
  ) {}

  /** Begins at once, and whenever a snapshot is installed; ends as what it last began with does. */
  result$(): Observable<R> {
    const newer$ = this.host.compaction$.pipe(filter(({ type, index }) => type === 'installed' && index > this.index))
    return merge(of(undefined), newer$).pipe(
      switchMap(() => this.beginning$().pipe(materialize())),
      dematerialize(),
    )
  }

  private beginning$(): Observable<R> {
    this.overtaken = undefined
    return defer(() => this.host.log.snapshot()).pipe(
      switchMap(snapshot => this.begun$(snapshot)),
      switchMap(begun => {
        const followed$ = defer(() => this.follow(begun, fromIndex(this.host, begun.index + 1)))
        return within(this.demand, followed$)
      }),
      retry({ delay: (error: unknown) => this.anew$(error) }),
    )
  }

  private begun$(snapshot: Snapshot | undefined): Observable<Projection<State>> {
    const index = snapshot?.index ?? 0
    const member = this.asked()
    // a newer one must be there, or this would go on for ever; but another member may be behind, and have more of the log
    if (this.overtaken !== undefined && index <= this.index && member === this.member) {
      this.isStuck = true
      return throwError(() => this.overtaken)
    }
    this.index = index
    this.member = member
    this.overtaken = undefined
    return snapshot === undefined ? of({ index, state: this.restoring.initial }) : restored$(snapshot, this.restoring)
  }

  /** Who is asked: a host itself, always, and of a client whoever is connected. Who is gone again is nobody that is known. */
  private asked(): unknown {
    return 'connected' in this.host ? (this.host.connected ?? {}) : this.host
  }

  private anew$(error: unknown): Observable<unknown> {
    // nothing was overtaken: another member has another snapshot, perhaps an older one, and the log after it
    if (isKayakError(error) && error.code === 'KAYAK_INTERRUPTED') return of(undefined)
    if (!isCompacted(error) || this.isStuck) return throwError(() => error)
    this.overtaken = error
    return of(undefined)
  }
}

/**
 * Restores a state from the newest snapshot, follows the log from there, and begins anew by itself when the leader has
 * installed a snapshot, or where a newer one has taken the place of what was being read: whatever `follow` was doing is
 * unsubscribed, and it is called again with the newer state.
 *
 * It emits what `follow` emits; `resume(apply)` is the `follow` of a projection. Entries wait for whoever handles them
 * one after the other, as with `fromIndex`, and so does the snapshot for those stages of `restore` that take their time.
 *
 * A snapshot that breaks off, as a client's where its member is lost (`KAYAK_INTERRUPTED`), is begun anew with the newest
 * that there is then.
 *
 * A `restore` that fails, or gives no state, errors the pipe: a machine doesn't go on without what it had. So does a host
 * that stops while a snapshot is being read. Otherwise it completes when the host stops.
 *
 * ```
 *  snapshot            S at 3            T at 9
 *  committed           --4--5-----------------10--
 *  compaction$         ------------i--------------      installed at 9
 *  withSnapshot(host, restoring, resume(apply))
 *  result              s-4--5------t----------10--      s: { index: 3, … }, t: { index: 9, … }
 * ```
 *
 * @example
 * ```ts
 * const restoring = { initial: new Map<string, number>(), restore: pipe(gunzip(), fromRows<Map<string, number>>()) }
 * withSnapshot(host, restoring, resume(apply)).pipe(acknowledge(host)).subscribe(({ state }) => (accounts = state))
 * ```
 *
 * @param host - or, for a test, entries that are there: an array, an iterable or an observable. They have no snapshot.
 */
export const withSnapshot = <T, State, R>(
  host: Restorable<T> | ObservableInput<Entry<T>>,
  restoring: Restoring<State>,
  follow: Follow<T, State, R>,
): Observable<R> =>
  defer(() =>
    isRestorable(host)
      ? new Restored(host, restoring, follow).result$()
      : from(follow({ index: 0, state: restoring.initial }, fromIndex<T>(host))),
  )

/** The `follow` of a projection: emits the state that it begins with, then what each entry makes of it. */
export const resume =
  <State, T>(apply: Apply<State, T>): Follow<T, State, Projection<State>> =>
  (begun, entry$) =>
    entry$.pipe(project(begun.state, apply), startWith(begun))
