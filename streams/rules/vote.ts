import type { Position } from './entry.js'

/** What a voter knows when it is asked for its vote. */
export interface Voter {
  readonly term: number
  readonly vote: string | undefined
  readonly last: Position
  /** Whether it leads, or has heard the leader of its term within the least election timeout (section 4.2.3). */
  readonly hearsLeader: boolean
  /** Whether a leader, of whichever term, may hold a lease by its word (section 6.4.1). */
  readonly hasPromised: boolean
}

export interface Ballot {
  readonly candidate: string
  readonly term: number
  readonly last: Position
  readonly pre: boolean
  /** Set when the leader itself told the candidate to begin (section 3.10): it is no disruption. */
  readonly transfer: boolean
}

export type VoteReason = 'granted' | 'stale-term' | 'hears-leader' | 'voted' | 'log-behind'

/** Whether a log that ends at `last` holds at least what one that ends at `than` does (section 3.6.1). */
export const isUpToDate = (last: Position, than: Position): boolean =>
  last.term > than.term || (last.term === than.term && last.index >= than.index)

/**
 * Whether a ballot must be ignored, its term too, because the voter hears a leader (section 4.2.3): a member that was
 * removed or cut off must not depose a leader that works.
 */
export const isDisruption = (voter: Voter, ballot: Ballot): boolean =>
  (voter.hearsLeader || voter.hasPromised) && !ballot.transfer && (ballot.pre || ballot.term > voter.term)

/**
 * Whom to grant a vote (section 3.4, 3.6.1) or a pre-vote (section 9.6), and why not. A pre-vote promises nothing, so
 * it looks at neither the vote cast nor one's own candidacy, and asks for a term that could be won.
 */
export function judgeBallot(voter: Voter, ballot: Ballot): VoteReason {
  if (isDisruption(voter, ballot)) return 'hears-leader'
  // a newer term that it has heard of meanwhile releases nobody from a promise
  if (voter.hasPromised && !ballot.transfer) return 'hears-leader'
  if (ballot.pre ? ballot.term <= voter.term : ballot.term < voter.term) return 'stale-term'
  const free = ballot.pre || ballot.term > voter.term || voter.vote === undefined || voter.vote === ballot.candidate
  if (!free) return 'voted'
  return isUpToDate(ballot.last, voter.last) ? 'granted' : 'log-behind'
}
