import type { Observable } from 'rxjs'
import type { ErrorCode } from './errors.js'
import type { Compaction, Entry, Log, Payload, PublicRoster, ReadLevel, ReadOptions, Sync } from './host.js'
import type { Member } from './member.js'

/** The replicated log as a client outside the cluster sees it, through whichever member it is connected to. */
export interface ClientLog<T = Payload> extends Pick<
  Log<T>,
  'append' | 'listen' | 'entries' | 'snapshot' | 'committed' | 'shown'
> {
  /**
   * Appends, and resolves once that has committed, and `committed$` has emitted it here where somebody listens. It is sent
   * again, under the same name, through other members too, until it is answered or its time is over.
   *
   * @throws {@link KayakError} as a host's, and `KAYAK_NOT_AUTHORIZED` for a client that may only read. A member that can't
   * decode what this client's codec has made refuses it with `KAYAK_INVALID`. The outcome is `unknown` once it may have
   * been sent, `rejected` before.
   */
  append: Log<T>['append']
  /** As a host's. Goes on through another member where a connection is lost, without a gap and without a double. */
  listen: Log<T>['listen']
  entries: Log<T>['entries']
  /**
   * The newest snapshot of the member that this client is connected to. Its `chunks$` goes on through another member only
   * where that has the very same one, and errors with `KAYAK_INTERRUPTED` otherwise: `withSnapshot` begins anew then.
   */
  snapshot: Log<T>['snapshot']
  /** Index up to which is known here that it has committed. */
  readonly committed: number
  /** Index of the last entry that consumers are shown, of those that are known here to have committed; 0 if there is none. */
  readonly shown: number
}

/** What happens to a client. `at` is its clock in milliseconds. */
export type ClientEvent = { readonly at: number } & ClientEventBody

/** What a client tells, without when. */
export type ClientEventBody =
  | { readonly type: 'connected'; readonly member: Member }
  | { readonly type: 'disconnected'; readonly address: string; readonly reason: string }
  /** No connection came about. */
  | { readonly type: 'unreachable'; readonly address: string; readonly reason: string }
  /** The member has turned this client away, or is to be turned away. */
  | { readonly type: 'refused'; readonly address: string; readonly code: ErrorCode; readonly reason: string }
  /** The member has sent what no member sends; the connection is given up. */
  | { readonly type: 'message-refused'; readonly address: string; readonly reason: string }

/**
 * A client of a cluster in a process, or a browser, that is no member. It has of a host what means the same, so that
 * operators and machines take either.
 */
export interface Client<T = Payload> {
  readonly log: ClientLog<T>
  readonly sync: Sync
  /**
   * Hot. It begins behind what this client knows to have committed when the first subscribes, which members tell about once a
   * second: so it may tell of a little that is older. It goes on where it was when a connection is lost, and completes when
   * the client stops.
   */
  readonly committed$: Observable<Entry<T>>
  /** Says `installed` where what `committed$` had still to tell is in a snapshot by now, before it goes on after that. */
  readonly compaction$: Observable<Compaction>
  readonly events$: Observable<ClientEvent>
  /** Names all that this client has heard of, for `session` reads on any member and any client of the cluster. */
  readonly token: string
  /** As a host's. With consumers that acknowledge what they have applied it waits for them. Default `linearizable`. */
  read<R>(query: (index: number) => R | Promise<R>, level?: ReadLevel, options?: ReadOptions): Promise<R>
  /** The member that this client is connected to. */
  readonly connected: Member | undefined
  readonly connected$: Observable<Member | undefined>
  /** As the member knows that this client is connected to; undefined where there is none. */
  readonly leader: Member | undefined
  readonly leader$: Observable<Member | undefined>
  readonly roster: PublicRoster
  readonly roster$: Observable<PublicRoster>
  /** Gives up what is under way, and closes the connection. */
  stop(): Promise<void>
  /** As `stop`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
