import { filter, map, type Observable } from 'rxjs'
import { message, RequestVote, VoteReply } from '../contracts/messages/index.js'
import type { Replica } from '../replica/replica.js'
import { believesRemoval } from '../rules/removal.js'
import { isMember, members } from '../rules/roster.js'
import type { Sender } from '../sources/inbound.js'

/**
 * A member that may not be elected and hears no leader asks as for a pre-vote, which promises nothing and changes
 * nothing: the answers say whether it is still a member.
 */
export function inquireMembership(replica: Replica): void {
  const { index: lastIndex, term: lastTerm } = replica.parts.log.last
  const ask = { term: replica.standing.term + 1, pre: true, transfer: false, lastIndex, lastTerm }
  for (const member of members(replica.roster))
    if (member.id !== replica.self.id) replica.send(member, message(RequestVote, ask))
}

/** Tells another that the committed roster doesn't have it, as in an answer to who asks for votes, though it hasn't. */
export function tellRemoval(replica: Replica, to: Sender): void {
  const { term } = replica.standing
  const said = { rosterIndex: replica.committedRoster.index, isMember: replica.isMemberOfCommitted(to.id) }
  replica.send(to, message(VoteReply, { term, forTerm: term, pre: true, reason: 'stale-term', ...said }))
}

/** Emits the index of a committed roster without this member, when another tells of it and is to be believed. */
export const toldRemoved$ = (replica: Replica): Observable<number> =>
  replica.messages.ofType('vote-reply').pipe(
    filter(({ message: reply }) => {
      const newest = replica.rosters.findLast(roster => isMember(roster, replica.self.id))
      return believesRemoval(newest?.index, reply)
    }),
    map(({ message: reply }) => reply.rosterIndex),
  )
