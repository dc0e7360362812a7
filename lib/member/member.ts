import {
  BehaviorSubject,
  defer,
  filter,
  finalize,
  ignoreElements,
  map,
  merge,
  of,
  ReplaySubject,
  Subscription,
} from 'rxjs'
import { concat, take, takeUntil, tap, throwError, type Observable } from 'rxjs'
import { isKayakError, KayakError } from '../../streams/contracts/errors.js'
import type { Transport } from '../../streams/contracts/transport.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import type { Identity, SnapshotMeta } from '../../streams/contracts/storage.js'
import { applyCommitted$ } from '../../streams/outlets/commits.js'
import { logGrowth$ } from '../../streams/outlets/growth.js'
import { Broadcast } from '../../streams/operators/broadcast.js'
import { Views } from '../../streams/outlets/views.js'
import { compact$, type PullChunks } from '../../streams/replica/compact.js'
import { Installer } from '../../streams/replica/installer.js'
import type { Replica } from '../../streams/replica/replica.js'
import { candidate$ } from '../../streams/roles/candidate.js'
import { follower$ } from '../../streams/roles/follower.js'
import { forwarding$ } from '../../streams/roles/forwarding.js'
import { leader$ } from '../../streams/roles/leader/leader.js'
import { moving$ } from '../../streams/roles/moving.js'
import { roles$ } from '../../streams/roles/switch.js'
import type { Transition } from '../../streams/roles/transition.js'
import { isQuorum } from '../../streams/rules/quorum.js'
import { entryBytes, type LogEntry } from '../../streams/rules/entry.js'
import { assemble, type MemberOptions } from './assemble.js'
import { CutOff } from './cut-off.js'
import { farewell$ } from './farewell.js'
import { presence$ } from './presence.js'
import { inbound$, notices$, removal$, telling$ } from './surroundings.js'
import { WaitingRoom } from './waiting-room.js'

/** How a member ended by itself. */
export type Ending =
  { readonly type: 'removed'; readonly rosterIndex: number } | { readonly type: 'failed'; readonly error: KayakError }

const ROLES = { follower: follower$, candidate: candidate$, leader: leader$ }

const asKayakError = (cause: unknown): KayakError =>
  isKayakError(cause) ? cause : new KayakError('KAYAK_INTERNAL', 'A member has failed.', { cause, outcome: 'unknown' })

/** Everyone begins as a follower, but who is a quorum alone needn't wait to hear of another leader. */
function firstRole({ roster, self, standing }: Replica): Transition {
  if (isQuorum(roster, id => id === self.id)) return { to: 'candidate', why: 'timeout' }
  return { to: 'follower', term: standing.term, leader: undefined, why: 'newer-term' }
}

/**
 * A member of a cluster without promises: what simulation runs and what a host wraps. It runs from construction until
 * {@link stop}, or until it ends by itself.
 */
export class Member {
  readonly replica: Replica
  readonly views: Views
  readonly waiting: WaitingRoom
  private readonly transport: Transport
  private readonly committed = new Broadcast<LogEntry>()
  /** Committed entries that consumers see, as they are applied. Hot. */
  readonly committed$: Observable<LogEntry> = this.committed.values$
  /** Emits when the member has stopped, and errors with what has ended it, if that was a failure. */
  readonly over$ = concat(this.committed$.pipe(ignoreElements()), of(undefined))
  private readonly ended = new ReplaySubject<Ending>(1)
  /** Emits once if the member ends by itself. */
  readonly ended$: Observable<Ending> = this.ended.asObservable()
  /** Its end, for what waits for the disk. */
  readonly cutOff = new CutOff()
  /** Who is connected, by id. */
  private readonly present = new BehaviorSubject<ReadonlySet<string>>(new Set())
  private readonly installer: Installer
  private readonly contacts: readonly string[]
  private readonly running = new Subscription()

  constructor(options: MemberOptions) {
    this.transport = options.transport
    this.contacts = options.contacts ?? []
    this.replica = assemble(options, (operation, tookMs) => this.replica.tell({ type: 'slow-disk', operation, tookMs }))
    this.views = new Views(this.replica)
    this.waiting = new WaitingRoom(this.replica)
    this.installer = new Installer(this.replica)
  }

  /** Begins to take part, in turn, so that what the first role does goes out at once. */
  start(): void {
    this.replica.parts.inbox.post(() => {
      this.running.add(this.run$().subscribe({ error: (error: unknown) => this.fail(asKayakError(error)) }))
    })
  }

  /** Whether it runs no more. */
  get stopped(): boolean {
    return this.replica.parts.inbox.isClosed
  }

  /** Asks a leader to hand over, to a voter or to whoever takes over best; nothing on any other member. */
  handOver(to?: string): void {
    this.replica.parts.inbox.post(() => this.replica.handovers.next({ to }))
  }

  /** Tells those who were removed before it, and emits once they are gone, which may take for ever. */
  farewell(): Observable<unknown> {
    return farewell$(this.replica, this.present)
  }

  /** Makes a snapshot of a consumer's the newest. One at a time, and none while the leader installs one. */
  compact(until: number, pull: PullChunks): Observable<SnapshotMeta> {
    return defer(() => {
      if (!this.installer.hold())
        return throwError(() => new KayakError('KAYAK_OVERLOADED', 'Another snapshot is being written.'))
      return compact$(this.replica, until, pull).pipe(finalize(() => this.installer.release()))
    }).pipe(
      takeUntil(this.cutOff.fails$('The compaction', 'unknown')),
      tap({
        error: (error: unknown) =>
          this.replica.compactions.next({ type: 'failed', index: until, bytes: 0, error: asKayakError(error) }),
      }),
    )
  }

  /** Emits once the entries that consumers see from `from` on, as far as has been applied, and where to go on. */
  read(from: number): Observable<{ entries: readonly LogEntry[]; next: number }> {
    return defer(() => {
      const { replica } = this
      const snapshotIndex = replica.snapshot?.index ?? 0
      if (from <= snapshotIndex)
        return throwError(
          () => new KayakError('KAYAK_COMPACTED', `Entry ${from} is in the snapshot.`, { snapshotIndex }),
        )
      if (from > replica.applied) return of({ entries: [], next: from })
      return replica.parts.log.read(from, replica.applied, LIMITS.readBytes).pipe(
        map(entries => ({
          entries: entries.filter(({ kind, index }) => kind === 'data' && !replica.duplicates.has(index)),
          next: from + entries.length,
        })),
      )
    })
  }

  /** Changes the member's standing in its cluster, and completes once that is durable. */
  saveIdentity(identity: Identity): Observable<void> {
    return defer(() => {
      const { inbox, disk } = this.replica.parts
      inbox.post(() => disk.saveIdentity(identity))
      return disk.wrote$.pipe(
        filter(() => disk.durableIdentity === identity),
        take(1),
      )
    })
  }

  /** Stops everything but the storage and the transport, which are the caller's. Idempotent. */
  stop(code: 'KAYAK_STOPPED' | 'KAYAK_REMOVED', why: string, error?: KayakError): void {
    if (this.stopped) return
    this.running.unsubscribe()
    this.replica.parts.inbox.close()
    this.waiting.close(code, why, error)
    this.cutOff.now({ code, why, cause: error })
    if (error === undefined) this.committed.complete()
    else this.committed.error(error)
    this.views.complete()
    this.replica.complete()
    this.ended.complete()
  }

  private fail(error: KayakError): void {
    this.replica.tell({ type: 'failed', error })
    this.ended.next({ type: 'failed', error })
  }

  private run$(): Observable<never> {
    const { replica } = this
    const { inbox, disk, outbox } = replica.parts
    return merge(
      disk.wrote$.pipe(tap(() => outbox.release())),
      this.applying$(),
      inbox.flush$.pipe(tap(() => this.views.refresh())),
      presence$(this.transport).pipe(tap(present => this.present.next(present))),
      inbound$(replica, this.transport),
      notices$(replica, this.transport),
      telling$(replica, this.views),
      removal$(replica).pipe(tap(rosterIndex => this.ended.next({ type: 'removed', rosterIndex }))),
      replica.failures.pipe(tap(error => this.fail(error))),
      this.installer.installs$,
      roles$(replica, firstRole(replica), ROLES),
      forwarding$(replica),
      moving$(replica, this.contacts),
      disk.writes$,
    ).pipe(ignoreElements())
  }

  private applying$(): Observable<unknown> {
    const { replica, waiting } = this
    const applied$ = applyCommitted$(
      replica,
      entry => this.committed.next(entry),
      entry => waiting.applied(entry),
    )
    const installed$ = replica.compactions.pipe(
      filter(({ type }) => type === 'installed'),
      tap(() => waiting.installed()),
    )
    const growth$ = logGrowth$(
      replica,
      applied$.pipe(map(entries => ({ bytes: entries.reduce((sum, entry) => sum + entryBytes(entry), 0) }))),
    ).pipe(
      tap(bytes =>
        replica.tell({ type: 'log-growth', bytes, entries: replica.applied - (replica.snapshot?.index ?? 0) }),
      ),
    )
    const reached$ = replica.parts.inbox.settled$.pipe(tap(() => replica.parts.requests.reached(replica.applied)))
    return merge(installed$, growth$, reached$)
  }
}
