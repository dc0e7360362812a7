import type { ClusterSettings } from '../../../streams/rules/roster.js'
import type { Asked } from '../cluster/contacts.js'
import type { Verdict } from '../cluster/step.js'

/** Who gives a vote, by which settings, and what it had heard when it was asked for it. */
export interface Voting {
  readonly life: string
  readonly candidate: string
  readonly settings: ClusterSettings
  readonly asked: readonly Asked[]
  /** Since when its clock has gone on without a jump. */
  readonly since: number
}

/** The share of a lease that no clock takes for a whole one. */
const SHARE = 0.5

/**
 * 12. Reads by a lease are linearizable since whoever has heard a leader keeps its vote to itself for as long as the lease
 * may last, whatever terms it hears of, and if it is restarted (section 6.4.1).
 */
export function keepsItsPromise({ life, candidate, settings, asked, since }: Voting): Verdict {
  const { leaseMs, clockBoundMs } = settings
  if (leaseMs === 0) return undefined
  const hadHeard = ({ at, heardAnyAt = -Infinity }: Asked): boolean =>
    at - heardAnyAt < SHARE * (leaseMs + clockBoundMs) && since <= heardAnyAt
  return asked.length > 0 && asked.every(hadHeard)
    ? `${life} votes for ${candidate}, though a leader that it has just heard may answer by a lease`
    : undefined
}
