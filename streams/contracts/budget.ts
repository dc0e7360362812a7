/** In what `used` and `limit` are counted. */
export type BudgetUnit = 'bytes' | 'count' | 'bytes-per-second'

/** How far something has come, or would have, and how far it may. */
export interface Excess {
  readonly used: number
  readonly limit: number
  readonly unit: BudgetUnit
}

/** Of an append, those of the leader that asks for it to be tried again later. */
export const LEADER_BUDGETS = ['uncommitted', 'unapplied', 'buffered'] as const satisfies readonly Budget[]
export type LeaderBudget = (typeof LEADER_BUDGETS)[number]

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
  /** Snapshots that a leader sends, by what goes a second: they wait. */
  | 'snapshot-pace'
  /** Members of the cluster: a further one is refused. */
  | 'members'
  /** Changes of the roster that wait for their turn: further ones are refused. */
  | 'changes'
  /** Clients from outside that are connected to this member: further ones are refused. */
  | 'clients'
  /** What one client from outside waits for: more is refused. */
  | 'client-requests'
  /** Payloads of what one client appends, while it waits: more is refused. */
  | 'client-pending'
  /** What waits to be sent to a client that takes it too slowly: it is cut off. */
  | 'client-backlog'
