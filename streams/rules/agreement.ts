import type { ClusterSettings } from './roster.js'

/** What a host's options say of the settings of its cluster, where they do. */
export interface Wishes {
  readonly electionTimeoutMs?: number | undefined
  readonly heartbeatMs?: number | undefined
}

/**
 * Which wish a cluster's settings don't allow, if any: all members have the same election timeout, and a leader is
 * heard at least three times within it, so that a lost heartbeat is no election (section 3.9).
 */
export function disagreement(
  { electionTimeoutMs: agreed }: Pick<ClusterSettings, 'electionTimeoutMs'>,
  { electionTimeoutMs, heartbeatMs }: Wishes,
): keyof Wishes | undefined {
  if (electionTimeoutMs !== undefined && electionTimeoutMs !== agreed) return 'electionTimeoutMs'
  return heartbeatMs !== undefined && heartbeatMs * 3 > agreed ? 'heartbeatMs' : undefined
}
