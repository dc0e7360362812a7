/**
 * The cluster's configuration as a value (section 4). It takes effect when it is appended, not when it commits, and
 * what counts is decided by the roster of the member that asks.
 */
export interface RosterMember {
  readonly id: string
  readonly address: string
  /** Index of the entry that added it: what was acknowledged in an earlier incarnation doesn't count for this one. */
  readonly incarnation: number
  /** Whether a learner stays one, as a replica to read from, until it is promoted. Left out: it doesn't. */
  readonly staysLearner?: boolean | undefined
  /** Who has more is preferred as leader. Left out: 0. */
  readonly priority?: number | undefined
}

/** What all members must agree on. Durations in milliseconds; zero leases are off. */
export interface ClusterSettings {
  readonly electionTimeoutMs: number
  readonly leaseMs: number
  readonly clockBoundMs: number
  /**
   * The version of the protocol that all members speak, so that what is replicated may be of it: what an older one could
   * not read is written only from then on. Left out: 1.
   */
  readonly version?: number | undefined
}

export const clusterVersion = ({ version = 1 }: Pick<ClusterSettings, 'version'>): number => version

export interface Roster {
  /** Index of the entry that holds it; 0 before there is one. */
  readonly index: number
  readonly voters: readonly RosterMember[]
  /** The voters of the old half while a joint change is under way (section 4.3); empty otherwise. */
  readonly outgoing: readonly RosterMember[]
  readonly learners: readonly RosterMember[]
  readonly settings: ClusterSettings
}

export const EMPTY_ROSTER: Roster = {
  index: 0,
  voters: [],
  outgoing: [],
  learners: [],
  settings: { electionTimeoutMs: 1000, leaseMs: 0, clockBoundMs: 0 },
}

function eachOnce({ voters, outgoing, learners }: Roster): readonly RosterMember[] {
  const byId = new Map<string, RosterMember>()
  for (const member of [...voters, ...outgoing, ...learners]) if (!byId.has(member.id)) byId.set(member.id, member)
  return [...byId.values()]
}

/** A roster never changes, and is asked for its members several times a turn. */
const known = new WeakMap<Roster, readonly RosterMember[]>()

/** Everyone that the leader replicates to: voters of both halves and learners, each once. */
export function members(roster: Roster): readonly RosterMember[] {
  const all = known.get(roster) ?? eachOnce(roster)
  known.set(roster, all)
  return all
}

const has = (list: readonly RosterMember[], id: string): boolean => list.some(member => member.id === id)

export const isVoter = (roster: Roster, id: string): boolean => has(roster.voters, id) || has(roster.outgoing, id)

export const isMember = (roster: Roster, id: string): boolean => isVoter(roster, id) || has(roster.learners, id)

export const findMember = (roster: Roster, id: string): RosterMember | undefined =>
  members(roster).find(member => member.id === id)
