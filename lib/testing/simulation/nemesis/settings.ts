import type { ClusterSettings } from '../../../../streams/rules/roster.js'

/** Settings with a share of each time, and as safe as they were. */
export const settingsOf = ({ electionTimeoutMs, leaseMs, clockBoundMs }: ClusterSettings, share: number) => ({
  electionTimeoutMs: Math.ceil(share * electionTimeoutMs),
  leaseMs: Math.floor(share * leaseMs),
  clockBoundMs: Math.floor(share * clockBoundMs),
})
