import { BehaviorSubject, catchError, concat, concatMap, defer, EMPTY, filter, finalize, from, map, share } from 'rxjs'
import { Subject, takeUntil, type Observable } from 'rxjs'
import { isKayakError } from '../../streams/contracts/errors.js'
import type { Compaction, Entry } from '../../streams/contracts/host.js'
import { BOUNDLESS, within } from '../../streams/operators/demand.js'
import type { LogEntry } from '../../streams/rules/entry.js'
import type { Desk } from './desk.js'
import { follow$ } from './follow.js'
import type { Known } from './known.js'

/** What commits from now on, for all who listen, over one stream from a member as long as anybody does. */
export class Live<T> {
  private readonly compactions = new Subject<Compaction>()
  /** Up to where it has been told; everything while nobody listens. */
  private readonly told = new BehaviorSubject(Infinity)
  readonly compaction$: Observable<Compaction>
  readonly committed$: Observable<Entry<T>>

  constructor(
    private readonly desk: Desk,
    private readonly known: Known,
    private readonly decode: (entry: LogEntry) => Entry<T>,
  ) {
    this.compaction$ = this.compactions.pipe(takeUntil(desk.over$))
    this.committed$ = defer(() => this.begin$()).pipe(share())
  }

  /** Emits once those who listen have been told up to an index, at once if nobody does. */
  reached(index: number): Observable<unknown> {
    return this.told.pipe(filter(told => told >= index))
  }

  private begin$(): Observable<Entry<T>> {
    const begun = this.known.committed
    this.told.next(begun)
    return this.from$(begun + 1).pipe(finalize(() => this.told.next(Infinity)))
  }

  private from$(index: number): Observable<Entry<T>> {
    // hot: it waits for none of those who share it
    return within(BOUNDLESS, follow$(this.desk, this.known, index)).pipe(
      concatMap(({ entries, next }) => concat(from(entries).pipe(map(this.decode)), this.tell$(next - 1))),
      catchError((error: unknown) => this.skip$(error)),
    )
  }

  private tell$(index: number): Observable<never> {
    return defer(() => {
      this.told.next(index)
      return EMPTY
    })
  }

  /** What was still to be told is in a snapshot: that is said, and it goes on after it, as on a host. */
  private skip$(error: unknown): Observable<Entry<T>> {
    if (!isKayakError(error) || error.snapshotIndex === undefined) throw error
    const { snapshotIndex: index } = error
    this.compactions.next({ type: 'installed', index, bytes: 0 })
    this.told.next(index)
    return this.from$(index + 1)
  }
}
