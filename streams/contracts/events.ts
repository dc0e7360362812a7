import type { KayakError } from './errors.js'
import type { Member } from './member.js'

/** What an operator would want to know. Each names its type; `at` is the host's clock in milliseconds. */
export type HostEvent = { readonly at: number } & HostEventBody

/** What has happened, without when. */
export type HostEventBody =
  | {
      readonly type: 'election-started'
      readonly term: number
      readonly phase: 'pre-vote' | 'vote'
      readonly why: 'timeout' | 'transfer'
    }
  | { readonly type: 'leader-elected'; readonly term: number }
  | { readonly type: 'leader-changed'; readonly term: number; readonly leader: Member | undefined }
  | { readonly type: 'stepped-down'; readonly term: number; readonly why: StepDownReason }
  /** With the version of the protocol in which the two talk: the newest that both speak. */
  | { readonly type: 'peer-up'; readonly id: string; readonly address: string; readonly version: number }
  | { readonly type: 'peer-down'; readonly id: string | undefined; readonly address: string; readonly reason: string }
  /** `outgoing` where this member has dialled; who has dialled in says himself what his address is. */
  | {
      readonly type: 'peer-refused'
      readonly address: string
      readonly outgoing: boolean
      readonly code: string
      readonly reason: string
    }
  /** A client from outside the cluster has come in; what it may do besides reading. */
  | { readonly type: 'client-up'; readonly address: string; readonly mayAppend: boolean }
  | { readonly type: 'client-down'; readonly address: string; readonly reason: string }
  | { readonly type: 'client-refused'; readonly address: string; readonly code: string; readonly reason: string }
  | { readonly type: 'message-refused'; readonly from: string; readonly reason: string; readonly count: number }
  | { readonly type: 'messages-dropped'; readonly reason: 'overloaded'; readonly count: number }
  /** Told when a write has taken long, and again once it is done, with how long it took by then. */
  | { readonly type: 'slow-disk'; readonly operation: string; readonly tookMs: number }
  | { readonly type: 'stalled'; readonly heldMs: number }
  /**
   * Something was refused, dropped or put off at a limit: told when that begins, then every 10 seconds at most, with how
   * often it has happened since. `used` and `limit` are bytes, but for `requests`, `transfers` and `client-requests`, which are counted.
   */
  | {
      readonly type: 'over-budget'
      readonly budget: Budget
      readonly used: number
      readonly limit: number
      /** Whom it is about, where that is one member. */
      readonly member: string | undefined
      readonly count: number
    }
  | { readonly type: 'log-growth'; readonly bytes: number; readonly entries: number }
  /** Too many ids without `since` have been used: from now on no such id can be told from one that was used before. */
  | { readonly type: 'names-forgotten' }
  | { readonly type: 'roster-changed'; readonly index: number; readonly voters: number; readonly learners: number }
  | { readonly type: 'snapshot-sent'; readonly to: string; readonly index: number; readonly bytes: number }
  | { readonly type: 'transfer-started'; readonly to: string }
  /** `to` is empty where there was nobody to hand over to. */
  | { readonly type: 'transfer-failed'; readonly to: string; readonly reason: string }
  /** The roster can't have this member where it is: another has the address. */
  | { readonly type: 'move-refused'; readonly address: string; readonly by: string }
  | { readonly type: 'removed'; readonly rosterIndex: number }
  | { readonly type: 'failed'; readonly error: KayakError }

/** Why a leader or candidate gave up. */
export type StepDownReason = 'newer-term' | 'no-quorum' | 'leader-found' | 'removed' | 'disk-hangs' | 'stalled'

/** What has a limit, and what happens at it. */
export type Budget =
  /** The payload of one append: refused. */
  | 'payload'
  /** Appends of this host that wait: further ones are refused. */
  | 'pending'
  /** All that callers of this host wait for: more is refused. */
  | 'requests'
  /** Entries that have not committed, of whichever term: the leader refuses appends. */
  | 'uncommitted'
  /** Entries that the leader has not applied: it refuses appends. */
  | 'unapplied'
  /** Entries that are not on this member's disk: a leader refuses appends, a follower lets further entries go. */
  | 'buffered'
  /** Entries that a member has been sent and has not on its disk: it is sent no more for now. */
  | 'in-flight'
  /** Messages from others that wait for their turn: further ones are dropped. */
  | 'messages'
  /** Messages to others that wait until term and vote are on disk: further ones are dropped. */
  | 'held'
  /** Messages to a member that wait for its connection: further ones are dropped. */
  | 'queue'
  /** A snapshot that a consumer gives faster than the disk takes it: the compaction fails. */
  | 'backlog'
  /** What is kept for a member that gets a snapshot: it will need another. */
  | 'pinned'
  /** Snapshots on their way at once: a further member waits. */
  | 'transfers'
  /** What one client from outside waits for: more is refused. */
  | 'client-requests'
  /** Payloads of what one client appends, while it waits: more is refused. */
  | 'client-pending'
