import type { ClusterSettings } from './roster.js'

type Leases = Pick<ClusterSettings, 'electionTimeoutMs' | 'leaseMs' | 'clockBoundMs'>

/**
 * Whether a lease surely ends before a voter that has heard the leader may vote for another (section 6.4.1): voters keep
 * to their leader for an election timeout, and clocks run apart by no more than their bound meanwhile.
 */
export const isSafeLease = ({ electionTimeoutMs, leaseMs, clockBoundMs }: Leases): boolean =>
  leaseMs === 0 || leaseMs + clockBoundMs <= electionTimeoutMs

/**
 * Whether a leader may still answer reads by its lease: it counts from when it sent what a quorum has answered since,
 * not from when they answered.
 */
export const isWithinLease = (sentAt: number | undefined, now: number, { leaseMs }: Leases): boolean =>
  sentAt !== undefined && now - sentAt < leaseMs

/** Whether a voter that opened at `openedAt` may have heard a leader before that, which it has forgotten. */
export const mayHavePromised = (openedAt: number, now: number, { leaseMs, clockBoundMs }: Leases): boolean =>
  leaseMs > 0 && now - openedAt < leaseMs + clockBoundMs
