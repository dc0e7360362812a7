import { hasQuorum } from '../cluster/has-quorum.js'
import type { Step, Verdict } from '../cluster/step.js'

/** 1, 11. Whoever begins to lead has been granted a vote by a quorum of its own roster; its own is on its disk. */
export function electedByQuorum({ ledger, life, before, now, replica, diskOf }: Step): Verdict {
  const { role, term } = now.standing
  const begins = role === 'leader' && (before?.standing.role !== 'leader' || before.standing.term !== term)
  if (!begins) return undefined
  const { id } = replica.self
  const granted = ledger.granted.get(`${term} ${id}`) ?? new Set()
  const own = diskOf(id)?.termAndVote
  const ownVote = own?.term === term && own.vote === id
  const votes = (voter: string): boolean => (voter === id ? ownVote : granted.has(voter))
  return hasQuorum(replica.roster, votes) ? undefined : `${life} leads term ${term} without a quorum's durable votes`
}
