import { ignoreElements, tap, type Observable } from 'rxjs'
import type { LeaderBudget } from '../../contracts/budget.js'
import { LIMITS } from '../../contracts/limits.js'
import { message, ProposeReply, type Propose, type ProposeVerdict } from '../../contracts/messages/index.js'
import type { Replica } from '../../replica/replica.js'
import type { LogEntry, Proposal } from '../../rules/entry.js'
import { entryTime } from '../../rules/timing.js'
import type { Received, Sender } from '../../sources/inbound.js'
import type { Leadership } from './leadership.js'

/** Puts entries at the end of the leader's log, in its term and at its time, one after another. */
export function placing(replica: Replica): (proposal: Proposal) => LogEntry {
  const { log, clock } = replica.parts
  const { term } = replica.standing
  const time = entryTime(clock.now(), log.lastTime)
  let { index } = log.last
  return ({ kind, session, number, payload }) => ({ index: ++index, term, kind, time, session, number, payload })
}

interface Taken {
  readonly verdict: ProposeVerdict
  readonly expired: number[]
  readonly budget?: LeaderBudget
}

/** The budget that is used up, if one is: across terms, for what earlier leaders have left counts as well. */
function exceeded({ replica, underWay }: Leadership): readonly [LeaderBudget, number, number] | undefined {
  const { log, disk } = replica.parts
  const budgets = [
    ['uncommitted', log.bytesAfter(replica.commit), LIMITS.uncommittedBytes],
    ['unapplied', underWay.bytes, LIMITS.unappliedBytes],
    ['buffered', disk.bufferedBytes, LIMITS.bufferedBytes],
  ] as const
  return budgets.find(([, used, limit]) => used > limit)
}

/** What is left of earlier terms commits with this one's first entry: until then callers wait, and are not refused. */
function refuse(leadership: Leadership, over: readonly [LeaderBudget, number, number]): Taken {
  leadership.replica.parts.budgets.over(...over)
  if (!leadership.isEstablished) return { verdict: 'not-leader', expired: [] }
  return { verdict: 'overloaded', budget: over[0], expired: [] }
}

/** Appends what has not been answered before and isn't under way. What comes twice all the same is applied once. */
function take(leadership: Leadership, from: string, proposals: readonly Proposal[]): Taken {
  const { replica, transferring, underWay } = leadership
  if (transferring) return { verdict: 'not-leader', expired: [] }
  underWay.forget(replica.applied)
  const over = exceeded(leadership)
  if (over !== undefined) return refuse(leadership, over)
  const [fresh, expired] = [new Array<LogEntry>(), new Array<number>()]
  const place = placing(replica)
  proposals.forEach((proposal, at) => {
    const answer = replica.sessions.find(proposal.session, proposal.number)
    if (answer === 'expired') expired.push(at)
    if (answer !== undefined || proposal.kind !== 'data' || underWay.has(proposal)) return
    const placed = place(proposal)
    underWay.add(placed)
    fresh.push(placed)
  })
  if (fresh.length > 0) replica.append(fresh)
  leadership.awaits(from, replica.parts.log.last.index)
  return { verdict: 'accepted', expired }
}

function reply(replica: Replica, to: Sender, id: string, taken: Taken): void {
  replica.send(to, message(ProposeReply, { id, ...taken }))
}

/** Appends that callers anywhere have handed over, their own member's like others'. */
export const proposals$ = (leadership: Leadership): Observable<never> =>
  leadership.replica.messages.ofType('propose').pipe(
    tap(({ from, message: { id }, proposals }: Received<Propose>) =>
      reply(leadership.replica, from, id, take(leadership, from.id, proposals)),
    ),
    ignoreElements(),
  )
