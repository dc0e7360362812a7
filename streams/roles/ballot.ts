import type { RequestVote } from '../contracts/messages/index.js'
import type { Replica } from '../replica/replica.js'
import type { Ballot, Voter } from '../rules/vote.js'
import type { Sender } from '../sources/inbound.js'

export const voterOf = (replica: Replica): Voter => ({
  term: replica.standing.term,
  vote: replica.standing.vote,
  last: replica.parts.log.last,
  hearsLeader: replica.hearsLeader,
  hasPromised: replica.hasPromised,
})

export const ballotOf = (from: Sender, { term, pre, transfer, lastIndex, lastTerm }: RequestVote): Ballot => ({
  candidate: from.id,
  term,
  last: { index: lastIndex, term: lastTerm },
  pre,
  transfer,
})
