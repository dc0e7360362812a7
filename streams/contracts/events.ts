import type { Budget, Excess } from './budget.js'
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
   * often it has happened since. Where a budget has a limit of bytes and one of a number, each is told of for itself.
   */
  | ({
      readonly type: 'over-budget'
      readonly budget: Budget
      /** Whom it is about, where that is one member. */
      readonly member: string | undefined
      readonly count: number
    } & Excess)
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
