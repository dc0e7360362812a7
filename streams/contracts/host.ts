import type { Observable } from 'rxjs'
import type { KayakError } from './errors.js'
import type { HostEvent } from './events.js'
import type { RosterStep } from '../rules/membership.js'
import type { Member } from './member.js'

export type { Member }

/** What goes into a log without a codec: a string comes out as a string, bytes as bytes. */
export type Payload = string | Uint8Array

/** The members of a cluster as of the committed entry at `index`. */
export interface PublicRoster {
  /** Those whose majority commits and elects. */
  readonly voters: readonly Member[]
  /** Those who get everything and have no vote. */
  readonly learners: readonly Member[]
  readonly index: number
}

/** A committed entry. Indexes increase and may have gaps; `time` is the leader's, in milliseconds, never going back. */
export interface Entry<T = Payload> {
  readonly index: number
  readonly term: number
  readonly kind: 'data'
  /**
   * The consumer's own to change. Bytes are a view, as a Buffer of Node.js is: what is around them in their `buffer` may be
   * of other payloads, which are kept as long as they are. `slice()` gives bytes with memory of their own, which threads can
   * be given.
   */
  readonly payload: T
  readonly time: number
}

/** What a member is at the moment; a learner is a follower that no roster lets vote. */
export type RoleName = 'follower' | 'candidate' | 'leader' | 'learner'

/** What happens to this member's own log and snapshots. `bytes` are those of the consumer's stream. */
export interface Compaction {
  /** `installed`: the leader's, which a machine has to restore itself from. The others are of either kind. */
  readonly type: 'started' | 'progress' | 'finished' | 'installed' | 'failed'
  /** Up to where the snapshot reaches, inclusive. */
  readonly index: number
  /** How much of it is on its way to the disk, where it is once it has `finished`; 0 where it has failed. */
  readonly bytes: number
  /** Why it has failed. */
  readonly error?: KayakError
}

/** A stored snapshot. `chunks$` is cold and reads from disk as it is consumed; where it cuts is not kept. */
export interface Snapshot {
  /** The last entry that is in it. */
  readonly index: number
  /** The term of that entry. */
  readonly term: number
  /** Of all of `chunks$`. */
  readonly bytes: number
  /** What `compact` was given, to be subscribed to as often as you like while it is the newest. */
  readonly chunks$: Observable<Uint8Array>
}

/** When to give up. Without `timeoutMs` it is the host's own (10,000 ms). */
export interface OperationOptions {
  /** Gives up when it is aborted, with `KAYAK_ABORTED`. */
  readonly signal?: AbortSignal
  /** Gives up after so many milliseconds, with `KAYAK_TIMEOUT`; at most a day. */
  readonly timeoutMs?: number
}

/** A change is made of the roster at `ifIndex`, and of no other; without it of whichever is in force. */
export interface ChangeOptions extends OperationOptions {
  /** The index of a roster: where another is in force, the change fails with `KAYAK_CONFLICT`. */
  readonly ifIndex?: number
}

/**
 * Names an append, so that it can be tried again through another member and is applied once. A plain string names one
 * append; a session names a caller, which numbers its appends 1, 2, 3 …
 */
export type AppendId = string | { readonly session: string; readonly number: number }

export interface AppendOptions extends OperationOptions {
  /** What the append is called, so that it can be tried again. Without one it has a name of the host's own. */
  readonly id?: AppendId
  /**
   * An index that had committed when the id, or its session, was made up, as of `log.committed` of any member. It is part of
   * the name: give the same each time. With it a name is surely new, and so taken, however many have been forgotten
   * since; without it only as long as none without it has been forgotten.
   */
  readonly since?: number
}

/** The replicated log as this member sees it. */
export interface Log<T = Payload> {
  /** Index of the last entry that this member has, committed or not. */
  readonly head: number
  /** Index up to which this member has emitted what has committed. */
  readonly committed: number
  /** Index of the last entry that consumers are shown, of those after the newest snapshot; 0 if there is none. */
  readonly shown: number
  /**
   * Appends, on any member, and resolves after this member's own `committed$` has emitted the entry. What it resolves
   * with is decoded from what was logged, as everywhere else: not the caller's own object.
   *
   * What was appended already under the same `id` is answered with the entry that was first; once that is compacted, with
   * its index, term and time, and the payload that is given now.
   *
   * @throws {@link KayakError} `KAYAK_TIMEOUT`, `KAYAK_ABORTED` or `KAYAK_STOPPED` with outcome `unknown` once it has
   * been sent and `rejected` before; `KAYAK_PAYLOAD_TOO_LARGE`, `KAYAK_INVALID`, `KAYAK_OVERLOADED`,
   * `KAYAK_SESSION_EXPIRED`, `KAYAK_REMOVED`.
   */
  append(payload: T, options?: AppendOptions): Promise<Entry<T>>
  /**
   * History from `from` on, inclusive, then what commits. 0 and 1 are the beginning. Errors `KAYAK_COMPACTED` if its
   * place is gone, and `KAYAK_INVALID` at an entry that the codec can't decode.
   */
  listen(from?: number): Observable<Entry<T>>
  /** The same, read only as fast as it is consumed: one batch is held at a time. */
  entries(from?: number): AsyncIterable<Entry<T>>
  /** The newest snapshot of this member, written here or installed by a leader; undefined while there is none. */
  snapshot(): Promise<Snapshot | undefined>
  /**
   * Replaces this member's own log up to `until`, inclusive, by a snapshot. `chunks` is pulled if it is an iterable;
   * an observable may run ahead of the disk by 64 MiB.
   */
  compact(
    until: number,
    chunks: Observable<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<Snapshot>
}

/** Linearizable reads and waiting for one's own machine. */
export interface Sync {
  /** An index that reflects every append acknowledged anywhere before the call, once this member has reached it. */
  barrier(options?: OperationOptions): Promise<number>
  /** Tells that a consumer has applied all up to `index`. With several, each by a name, the lowest counts. */
  ack(index: number, consumer?: string): void
  /** Takes a consumer out that acknowledges nothing more, so that nobody waits for it. */
  forget(consumer?: string): void
  /**
   * Resolves once this member has applied `index` and its consumers have acknowledged the last entry up to it that they
   * can see. Entries of kayak's own and duplicates need no ack, nor does what is in a snapshot that the member began with
   * or got from its leader.
   *
   * @throws {@link KayakError} `KAYAK_TIMEOUT`, `KAYAK_ABORTED`, `KAYAK_STOPPED`, `KAYAK_REMOVED`, `KAYAK_INVALID`.
   */
  sync(index: number, options?: OperationOptions): Promise<void>
}

/**
 * How much of what has been acknowledged a read must reflect (section 6.4):
 *
 * - `linearizable`: all that was acknowledged anywhere before it was asked for. One round of the leader.
 * - `lease`: the same without a round, where the cluster has leases (`leaseMs` in its settings) and clocks keep their bound.
 * - `bounded`: all that was acknowledged `maxMs` before it was asked for, but for `maxEntries` entries, as is proven.
 * - `session`: all that the token names: one's own writes, and what one has read before, on whichever member.
 * - `stale`: what this member has, which may be old.
 */
export type ReadLevel = 'linearizable' | 'lease' | 'bounded' | 'session' | 'stale'

export interface ReadOptions extends OperationOptions {
  /** Of `bounded` reads: how old a proof may be, by this member's clock. Default 0: it is proven anew. */
  readonly maxMs?: number
  /** Of `bounded` reads: how many entries may be missing. Default 0. */
  readonly maxEntries?: number
  /** Of `session` reads: what the read must reflect, as `token` of a host of the cluster was then. */
  readonly token?: string
  /**
   * Whether to wait for consumers that acknowledge what they have applied, all of them. Default true. A machine that
   * waits for itself says false: another one that is slow, or has broken off, is nothing to it.
   */
  readonly acknowledged?: boolean
}

/** What a metrics or dashboard plugin may look at. */
export interface Observed {
  /** This member. Its id is made with its folder, and stays the same wherever it is started. */
  readonly self: Member
  /** Its role now, then each change. Completes when the host stops. */
  readonly role$: Observable<RoleName>
  /** Its term now, then each change. The same. */
  readonly term$: Observable<number>
  /** Who leads now, then each change. The same. */
  readonly leader$: Observable<Member | undefined>
  /** The committed roster now, then each change. The same. */
  readonly roster$: Observable<PublicRoster>
  /** What an operator would want to know, as it happens. Hot, nothing replayed; completes when the host stops. */
  readonly events$: Observable<HostEvent>
  /** What happens to this member's snapshots, failures too. Hot, nothing replayed; completes when the host stops. */
  readonly compaction$: Observable<Compaction>
}

/** A member of a cluster in this process. */
export interface Host<T = Payload> extends Observed {
  /** Who leads, as far as this member knows; undefined where it knows nobody. */
  readonly leader: Member | undefined
  /** What this member is now. */
  readonly role: RoleName
  /** The term that it is in. */
  readonly term: number
  /** The newest roster that it knows to have committed. */
  readonly roster: PublicRoster
  /** The log, as this member sees it. */
  readonly log: Log<T>
  /** Barriers, and what the consumers of this host have applied. */
  readonly sync: Sync
  /** Hot, nothing replayed. Completes when the host stops, errors when it has failed for good. */
  readonly committed$: Observable<Entry<T>>
  /** Names all that this member has applied, for `session` reads on any member of the cluster. */
  readonly token: string
  /**
   * Runs `query` once what it looks at is as fresh as the level says, and resolves with what it gives. With consumers that
   * acknowledge what they have applied (`sync.ack`) it waits for them too. Any member can be asked. Default `linearizable`.
   *
   * The query is told an index up to which everything that consumers can see is to be in what it looks at, also where
   * that is in a snapshot that was installed; 0 at `stale`. Who follows the log by himself waits until he is there.
   *
   * @throws {@link KayakError} `KAYAK_TOO_STALE` where a `bounded` read can't be proven in time; `KAYAK_INVALID` for `lease`
   * where the cluster has none, and for options that the level doesn't have or lacks; `KAYAK_OTHER_CLUSTER` for a token of
   * another cluster; and as every operation `KAYAK_TIMEOUT`, `KAYAK_ABORTED`, `KAYAK_STOPPED`, `KAYAK_REMOVED`,
   * `KAYAK_OVERLOADED`. What `query` throws, as it is.
   */
  read<R>(query: (index: number) => R | Promise<R>, level?: ReadLevel, options?: ReadOptions): Promise<R>
  /**
   * Changes the roster in all of these steps at once (section 4.3), and resolves with the one that shows it. A joint
   * roster, where more than one voter comes or goes, is left by itself. What is so already is done.
   *
   * @throws {@link KayakError} `KAYAK_CONFLICT` where the roster is another than the one at `ifIndex`, `KAYAK_INVALID`,
   * `KAYAK_ADDRESS_TAKEN`, `KAYAK_NOT_CAUGHT_UP` for a promotion that has waited for ten election timeouts or four fifths of `timeoutMs`, and as every
   * operation `KAYAK_TIMEOUT`, `KAYAK_ABORTED`, `KAYAK_STOPPED`, `KAYAK_REMOVED`, `KAYAK_OVERLOADED`.
   */
  changeRoster(steps: readonly RosterStep[], options?: ChangeOptions): Promise<PublicRoster>
  /** Removes another member, a dead one too. */
  remove(id: string, options?: ChangeOptions): Promise<PublicRoster>
  /** Lets a learner vote, once it has caught up. */
  promote(id: string, options?: ChangeOptions): Promise<PublicRoster>
  /** Lets a learner vote in the place of a member that is removed, in one change. */
  replace(dead: string, by: string, options?: ChangeOptions): Promise<PublicRoster>
  /**
   * Hands the leadership over to a voter, or to whoever takes over best (section 3.10), on whichever member it is asked.
   * Resolves with who leads then. Appends wait meanwhile, for one election timeout at most; after a hand-over that has
   * failed they go on.
   *
   * @throws {@link KayakError} `KAYAK_INVALID` for who is no voter, and where there is no other; `KAYAK_TIMEOUT` if nobody
   * has taken over in time, with outcome `unknown` where somebody was told to, who may do so yet.
   */
  transferLeadership(to?: string, options?: OperationOptions): Promise<Member>
  /**
   * Leaves the cluster, then stops. The last voter only stops. By the deadline it stops all the same.
   *
   * @throws {@link KayakError} `KAYAK_TIMEOUT` with outcome `unknown` if it couldn't leave by then, `KAYAK_STOPPED` if it
   * was stopped before: it may be a member still.
   */
  close(options?: { readonly timeoutMs?: number }): Promise<void>
  /** Stops and stays a member; bounded by one election timeout. */
  stop(): Promise<void>
  /** As `stop`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
