import type { Asked } from '../cluster/contacts.js'
import type { Verdict } from '../cluster/step.js'

/** Who grants a pre-vote, and what it had heard when it was asked for it. */
export interface Granting {
  readonly life: string
  readonly candidate: string
  readonly electionTimeoutMs: number
  readonly asked: readonly Asked[]
  /** Since when it has run without a pause, and its clock gone on without a jump. */
  readonly since: number
}

/** The share of an election timeout that no clock takes for a whole one. */
const SHARE = 0.5

/**
 * 17. A member that was cut off doesn't disturb a leader at work when it returns: whoever has just heard the leader of its
 * term grants nobody a pre-vote (sections 4.2.3, 9.6).
 */
export function sticksToItsLeader({ life, candidate, electionTimeoutMs, asked, since }: Granting): Verdict {
  const hadHeard = ({ at, heardLeaderAt = -Infinity }: Asked): boolean =>
    at - heardLeaderAt < SHARE * electionTimeoutMs && since <= heardLeaderAt - electionTimeoutMs
  return asked.length > 0 && asked.every(hadHeard)
    ? `${life} would vote for ${candidate}, though it has just heard its leader`
    : undefined
}
