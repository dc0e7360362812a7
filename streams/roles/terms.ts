import { filter, ignoreElements, map, merge, tap, type Observable } from 'rxjs'
import { AppendReply, message, VoteReply, type MessageOf, type MessageType } from '../contracts/messages/index.js'
import type { Replica } from '../replica/replica.js'
import { judgeTerm, type TermVerdict } from '../rules/terms.js'
import { isDisruption } from '../rules/vote.js'
import type { Received } from '../sources/inbound.js'
import { ballotOf, voterOf } from './ballot.js'
import type { Transition } from './transition.js'

/** What a message's term means here. A pre-vote's is only proposed, and one that disrupts doesn't count (section 4.2.3). */
function verdict(replica: Replica, received: Received): TermVerdict {
  const { message: sent } = received
  if (!('term' in sent)) return 'current'
  if (sent.type === 'request-vote') {
    if (sent.pre || isDisruption(voterOf(replica), ballotOf(received.from, sent))) return 'current'
  }
  return judgeTerm(replica.standing.term, sent.term)
}

/** Messages of a type that belong to the term that this member is in. */
export const current$ = <Type extends MessageType>(
  replica: Replica,
  type: Type,
): Observable<Received<MessageOf<Type>>> =>
  replica.messages.ofType(type).pipe(filter(received => verdict(replica, received) === 'current'))

/** Every role gives way to a newer term, and follows in it (section 3.3). */
export const newerTerm$ = (replica: Replica): Observable<Transition> =>
  replica.messages.all$.pipe(
    filter(received => verdict(replica, received) === 'newer'),
    map(received => ({
      to: 'follower' as const,
      term: 'term' in received.message ? received.message.term : replica.standing.term,
      leader: undefined,
      why: 'newer-term' as const,
      message: received,
    })),
  )

const tellTerm = (replica: Replica, { from, message: sent }: Received): void => {
  const { term } = replica.standing
  const membership = { rosterIndex: replica.committedRoster.index, isMember: replica.isMemberOfCommitted(from.id) }
  if (sent.type === 'request-vote')
    replica.send(
      from,
      message(VoteReply, { term, forTerm: sent.term, pre: sent.pre, reason: 'stale-term', ...membership }),
    )
  const nothing = { match: 0, verified: 0, round: 0, refusedIndex: 0, hintIndex: 0, hintTerm: 0 }
  if (sent.type === 'append-entries' || sent.type === 'install-snapshot')
    replica.send(from, message(AppendReply, { term, incarnation: sent.incarnation, fits: false, ...nothing }))
}

/** Requests of an older term are answered with the newer one, so that whoever sent them gives way. */
const staleTerm$ = (replica: Replica): Observable<never> =>
  replica.messages.all$.pipe(
    filter(received => verdict(replica, received) === 'stale'),
    tap(received => tellTerm(replica, received)),
    ignoreElements(),
  )

/** What every role does about terms. */
export const terms$ = (replica: Replica): Observable<Transition> => merge(newerTerm$(replica), staleTerm$(replica))
