import { filter, ignoreElements, merge, tap, type Observable } from 'rxjs'
import { message, ProposeReply, ReadIndexReply } from '../contracts/messages/index.js'
import type { Replica } from '../replica/replica.js'
import { replyToChange } from './change-reply.js'

/** Who doesn't lead says so to those who ask, and names the leader to a joiner, who can't know it. */
export function decline$(replica: Replica): Observable<never> {
  const proposals$ = replica.messages
    .ofType('propose')
    .pipe(
      tap(({ from, message: { id } }) =>
        replica.send(from, message(ProposeReply, { id, verdict: 'not-leader', expired: [] })),
      ),
    )
  const barriers$ = replica.messages
    .ofType('read-index')
    .pipe(
      tap(({ from, message: { id } }) =>
        replica.send(from, message(ReadIndexReply, { id, confirmed: false, index: 0 })),
      ),
    )
  const changes$ = replica.messages.ofType('change-roster').pipe(
    // one that comes again must not be carried out by a leader to be, since it was declined
    filter(({ message: { id } }) => !replica.changesAsked.isLate(id)),
    tap(({ from, message: { id } }) => {
      const leader = replica.standing.leader?.address
      replyToChange(replica, from, id, { verdict: 'not-leader', ...(leader === undefined ? {} : { leader }) })
    }),
  )
  return merge(proposals$, barriers$, changes$).pipe(ignoreElements())
}
