import { filter, map, type Observable } from 'rxjs'
import { message, VoteReply, type RequestVote } from '../contracts/messages/index.js'
import type { Replica } from '../replica/replica.js'
import { judgeBallot } from '../rules/vote.js'
import type { Received } from '../sources/inbound.js'
import { ballotOf, voterOf } from './ballot.js'
import { current$ } from './terms.js'

function answer(replica: Replica, { from, message: sent }: Received<RequestVote>): boolean {
  const reason = judgeBallot(voterOf(replica), ballotOf(from, sent))
  const cast = reason === 'granted' && !sent.pre
  if (cast) replica.stand({ vote: from.id })
  const reply = {
    term: replica.standing.term,
    forTerm: sent.term,
    pre: sent.pre,
    reason,
    rosterIndex: replica.committedRoster.index,
    isMember: replica.isMemberOfCommitted(from.id),
  }
  replica.send(from, message(VoteReply, reply))
  return cast
}

/** Answers ballots of this term, and emits when a vote has been cast (section 3.4); it is on disk before it is sent. */
export const voting$ = (replica: Replica): Observable<void> =>
  current$(replica, 'request-vote').pipe(
    map(received => answer(replica, received)),
    filter(cast => cast),
    map(() => undefined),
  )
