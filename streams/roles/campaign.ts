import { defer, filter, ignoreElements, interval, map, merge, scan, startWith, take, tap, type Observable } from 'rxjs'
import { message, RequestVote, type VoteReply } from '../contracts/messages/index.js'
import type { Replica } from '../replica/replica.js'
import { isQuorum } from '../rules/quorum.js'
import { members, isVoter } from '../rules/roster.js'
import type { Received } from '../sources/inbound.js'

/** One canvass: for which term, and whether it only asks how one would go. */
export interface Canvass {
  readonly term: number
  readonly pre: boolean
  readonly transfer: boolean
}

function ask(replica: Replica, canvass: Canvass, answered: ReadonlySet<string>): void {
  const { index: lastIndex, term: lastTerm } = replica.parts.log.last
  for (const member of members(replica.roster)) {
    const askable = member.id !== replica.self.id && isVoter(replica.roster, member.id) && !answered.has(member.id)
    if (askable) replica.send(member, message(RequestVote, { ...canvass, lastIndex, lastTerm }))
  }
}

const replies$ = (replica: Replica, { term, pre }: Canvass): Observable<Received<VoteReply>> =>
  replica.messages
    .ofType('vote-reply')
    .pipe(filter(({ message: reply }) => reply.forTerm === term && reply.pre === pre))

/**
 * Asks the voters, again every heartbeat those who haven't answered, and emits once a quorum has granted. One's own
 * vote counts: it is on disk before this is subscribed.
 *
 * ```
 *  replies  ---n---y---y
 *  result   -----------(w|     of four others and oneself
 * ```
 */
export function canvass$(replica: Replica, canvass: Canvass): Observable<void> {
  const { clock, inbox, heartbeatMs } = replica.parts
  return defer(() => {
    let answered: ReadonlySet<string> = new Set()
    const granted$ = replies$(replica, canvass).pipe(
      tap(({ from }) => (answered = new Set([...answered, from.id]))),
      filter(({ message: reply }) => reply.reason === 'granted'),
      scan((granted, { from }) => new Set([...granted, from.id]), new Set([replica.self.id])),
      startWith(new Set([replica.self.id])),
      filter(granted => isQuorum(replica.roster, id => granted.has(id))),
      take(1),
      map(() => undefined),
    )
    const asking$ = interval(heartbeatMs, clock).pipe(
      inbox.enter(),
      startWith(0),
      tap(() => ask(replica, canvass, answered)),
      ignoreElements(),
    )
    return merge(asking$, granted$).pipe(take(1))
  })
}
