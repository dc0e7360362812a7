import {
  concat,
  defer,
  EMPTY,
  exhaustMap,
  filter,
  ignoreElements,
  map,
  merge,
  repeat,
  Subject,
  take,
  tap,
  timer,
} from 'rxjs'
import type { Observable } from 'rxjs'
import type { Clock } from '../contracts/clock.js'
import { LIMITS } from '../contracts/limits.js'
import type { Identity, Storage, TermAndVote } from '../contracts/storage.js'
import { entryBytes, type LogEntry, type Position } from '../rules/entry.js'
import type { Inbox } from '../sources/inbox.js'

/** What waits to be written. The next write takes all of it, but of the entries only so many bytes. */
interface Waiting {
  readonly identity: Identity | undefined
  readonly vote: TermAndVote | undefined
  readonly truncateFrom: number | undefined
  readonly entries: readonly LogEntry[]
  readonly compactUntil: Position | undefined
  readonly keepSnapshots: readonly number[] | undefined
}

const NOTHING: Waiting = {
  identity: undefined,
  vote: undefined,
  truncateFrom: undefined,
  entries: [],
  compactUntil: undefined,
  keepSnapshots: undefined,
}

const sizeOf = (entries: readonly LogEntry[]): number => entries.reduce((sum, entry) => sum + entryBytes(entry), 0)

/** One after another; most writes are one alone, and there is one for each turn of a busy member. */
const inOrder = ([first = EMPTY, ...others]: readonly Observable<never>[]): Observable<never> =>
  others.length === 0 ? first : concat(first, ...others)

/** How many of the entries one write takes: making a batch of them holds the event loop. */
function countFitting(entries: readonly LogEntry[]): number {
  let bytes = 0
  const end = entries.findIndex((entry, at) => (bytes += entryBytes(entry)) > LIMITS.writeBytes && at > 0)
  return end < 0 ? entries.length : end
}

/**
 * A member's writes: one at a time, each taking what waits (section 10.2.2), begun when what follows from a batch has
 * been decided. What is durable is what a completed write says, and nothing else.
 *
 * ```
 *  append   a--bc--------
 *  writes   -[a.)[bc..)--
 *  wrote$   ----w------w-
 * ```
 */
export class Disk {
  private waiting = NOTHING
  private readonly wrote = new Subject<void>()
  /** Emits after each completed write. */
  readonly wrote$: Observable<void> = this.wrote.asObservable()
  /** The last entry that is durable and still in the log. */
  durable: number
  /** The identity written last in this life. */
  durableIdentity: Identity | undefined
  /** Of the write under way, the last entry that is still in the log. */
  private writing = 0
  private savingVote = false
  /** Bytes of the entries that are not durable yet, waiting or being written. */
  bufferedBytes = 0
  private writingBytes = 0
  /** When the write under way began. */
  writingSince: number | undefined
  /** When that began which was told of last as slow. */
  private slowSince: number | undefined

  constructor(
    private readonly storage: Storage,
    private readonly inbox: Inbox,
    private readonly clock: Clock,
    private readonly slow: (operation: string, tookMs: number) => void,
    durable: number,
    public durableVote: TermAndVote,
  ) {
    this.durable = durable
  }

  /** The writing itself: errors when a write has failed, after which nothing is promised any more. */
  readonly writes$: Observable<never> = defer(() =>
    merge(
      this.inbox.flush$.pipe(
        filter(() => this.waiting !== NOTHING),
        exhaustMap(() => this.write$()),
      ),
      this.slowness$(),
    ),
  )

  /** Whether a term or vote is not durable yet. */
  get voteWaits(): boolean {
    return this.waiting.vote !== undefined || this.savingVote
  }

  /** Changes the member's standing in its cluster. */
  saveIdentity(identity: Identity): void {
    this.waiting = { ...this.waiting, identity }
  }

  saveVote(vote: TermAndVote): void {
    this.waiting = { ...this.waiting, vote }
  }

  append(entries: readonly LogEntry[]): void {
    this.bufferedBytes += sizeOf(entries)
    this.waiting = { ...this.waiting, entries: this.waiting.entries.concat(entries) }
  }

  truncate(from: number): void {
    const entries = this.waiting.entries.filter(entry => entry.index < from)
    const reaches = Math.max(this.durable, this.writing) >= from
    const truncateFrom = reaches ? Math.min(from, this.waiting.truncateFrom ?? from) : this.waiting.truncateFrom
    this.keepWaiting({ entries, truncateFrom })
    this.durable = Math.min(this.durable, from - 1)
    this.writing = Math.min(this.writing, from - 1)
  }

  /** Cuts the log up to `until`, which must be durable. */
  compact(until: Position): void {
    this.waiting = { ...this.waiting, compactUntil: until }
  }

  /** Removes snapshots older than the newest, but for those that are still being sent. */
  dropSnapshots(keep: readonly number[]): void {
    this.waiting = { ...this.waiting, keepSnapshots: keep }
  }

  /** After a snapshot has been installed: what followed it in the log is kept where `keeps`, and gone otherwise. */
  replaced(until: Position, keeps: boolean): void {
    if (!keeps) this.truncate(until.index)
    const entries = keeps ? this.waiting.entries.filter(entry => entry.index > until.index) : []
    this.keepWaiting({ entries, compactUntil: until })
    this.durable = Math.max(this.durable, until.index)
  }

  private keepWaiting(change: Partial<Waiting>): void {
    this.waiting = { ...this.waiting, ...change }
    this.bufferedBytes = this.writingBytes + sizeOf(this.waiting.entries)
  }

  private write$(): Observable<never> {
    const { taken, left } = this.take()
    const { identity, vote, entries } = taken
    this.savingVote = vote !== undefined
    this.writing = entries.at(-1)?.index ?? 0
    this.writingBytes = sizeOf(entries)
    const begun = this.clock.now()
    this.writingSince = begun
    this.waiting = left
    return inOrder(this.steps(taken)).pipe(
      this.inbox.enter(),
      tap({
        complete: () => {
          this.completed(vote, identity)
          const took = this.clock.now() - begun
          if (took > LIMITS.slowDiskMs) this.slow('write', took)
        },
      }),
    )
  }

  private take(): { readonly taken: Waiting; readonly left: Waiting } {
    const { entries } = this.waiting
    const count = countFitting(entries)
    if (count === entries.length) return { taken: this.waiting, left: NOTHING }
    const taken = { ...this.waiting, entries: entries.slice(0, count) }
    return { taken, left: { ...NOTHING, entries: entries.slice(count) } }
  }

  /**
   * Tells of a write that takes long while it does: one that hangs has no other way to be seen. One timer looks after
   * all writes that begin before it is over.
   *
   * ```
   *  writes  [a][b][c..............
   *  timer   t-----------|t----|       until a, then until c would have taken too long
   *  told    ------------------c---
   * ```
   */
  private slowness$(): Observable<never> {
    const leftMs = (): number => Math.max(0, (this.writingSince ?? -Infinity) + LIMITS.slowDiskMs - this.clock.now())
    const found$ = defer(() => timer(leftMs(), this.clock)).pipe(
      repeat(),
      filter(() => leftMs() === 0),
      take(1),
      map(() => this.writingSince),
      filter(since => since !== undefined),
    )
    return this.inbox.flush$.pipe(
      filter(() => this.writingSince !== undefined && this.writingSince !== this.slowSince),
      exhaustMap(() => found$),
      tap(since => {
        this.slowSince = since
        this.slow('write', LIMITS.slowDiskMs)
      }),
      ignoreElements(),
    )
  }

  private steps({ identity, vote, truncateFrom, entries, compactUntil, keepSnapshots }: Waiting): Observable<never>[] {
    const steps: Observable<never>[] = []
    if (identity !== undefined) steps.push(this.storage.saveIdentity(identity))
    if (vote !== undefined) steps.push(this.storage.saveTermAndVote(vote))
    if (truncateFrom !== undefined) steps.push(this.storage.truncate(truncateFrom))
    if (compactUntil !== undefined) steps.push(this.storage.compact(compactUntil))
    if (entries.length > 0) steps.push(this.storage.append(entries))
    if (keepSnapshots !== undefined) steps.push(this.storage.dropSnapshots(keepSnapshots))
    return steps
  }

  private completed(vote: TermAndVote | undefined, identity: Identity | undefined): void {
    if (identity !== undefined) this.durableIdentity = identity
    if (vote !== undefined) this.durableVote = vote
    this.savingVote = false
    this.durable = Math.max(this.durable, this.writing)
    this.writing = 0
    this.bufferedBytes -= this.writingBytes
    this.writingBytes = 0
    this.writingSince = undefined
    this.wrote.next()
  }
}
