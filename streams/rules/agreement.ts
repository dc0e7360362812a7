import type { ClusterSettings } from './roster.js'

/** What a host's options say of the settings of its cluster, where they do. */
export interface Wishes {
  readonly electionTimeoutMs?: number | undefined
  readonly leaseMs?: number | undefined
  readonly clockBoundMs?: number | undefined
  readonly heartbeatMs?: number | undefined
}

const AGREED = ['electionTimeoutMs', 'leaseMs', 'clockBoundMs'] as const

/**
 * Which wish a cluster's settings don't allow, if any: all members have the same settings, and a leader is heard at least
 * three times within an election timeout, so that a lost heartbeat is no election (section 3.9).
 */
export function disagreement(agreed: ClusterSettings, wishes: Wishes): keyof Wishes | undefined {
  const other = AGREED.find(name => wishes[name] !== undefined && wishes[name] !== agreed[name])
  if (other !== undefined) return other
  const { heartbeatMs } = wishes
  return heartbeatMs !== undefined && heartbeatMs * 3 > agreed.electionTimeoutMs ? 'heartbeatMs' : undefined
}
