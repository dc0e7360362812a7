import { ignoreElements, merge, scan, type Observable } from 'rxjs'
import { message, ReadIndexReply } from '../../contracts/messages/index.js'
import type { Sender } from '../../sources/inbound.js'
import { beat } from './heartbeats.js'
import type { Leadership } from './leadership.js'

interface Asked {
  readonly from: Sender
  readonly id: string
}

/** Barriers that share the round under way, and those that came after it began and wait for the next. */
interface Barriers {
  readonly round: number
  readonly index: number
  readonly sharing: readonly Asked[]
  readonly waiting: readonly Asked[]
}

const NONE: Barriers = { round: 0, index: 0, sharing: [], waiting: [] }

function confirm(leadership: Leadership, asked: readonly Asked[], index: number): void {
  const { replica } = leadership
  for (const { from } of asked) leadership.awaits(from.id, index)
  for (const { from, id } of asked) replica.send(from, message(ReadIndexReply, { id, confirmed: true, index }))
}

/** Begins a round for all that wait: what has committed now reflects all that was acknowledged before they asked. */
function begin(leadership: Leadership, { waiting }: Barriers): Barriers {
  leadership.beginRound()
  beat(leadership)
  return { round: leadership.rounds.newest, index: leadership.replica.commit, sharing: waiting, waiting: [] }
}

/** One step at the end of a turn: settle the round that a quorum has answered, begin the next one if any wait. */
function step(leadership: Leadership, before: Barriers): Barriers {
  const confirmed = before.sharing.length > 0 && leadership.confirmedRound >= before.round
  if (confirmed) confirm(leadership, before.sharing, before.index)
  const barriers = confirmed ? { ...before, sharing: [] } : before
  if (barriers.sharing.length > 0 || barriers.waiting.length === 0 || !leadership.isEstablished) return barriers
  const begun = begin(leadership, barriers)
  return leadership.confirmedRound >= begun.round ? step(leadership, begun) : begun
}

/**
 * Barriers (section 6.4): an index is confirmed by a round of this leader that began after it was asked for, and not
 * before an entry of its own term has committed. Many that wait share one round. Those that a lease is enough for need
 * none while there is one.
 *
 * ```
 *  asked   -a-b-c---------
 *  round   -[a----)[bc---)
 *  answer  -------a------bc
 * ```
 */
export function barriers$(leadership: Leadership): Observable<never> {
  const { replica } = leadership
  const asked$ = replica.messages.ofType('read-index')
  const settled$ = replica.parts.inbox.settled$
  return merge(asked$, settled$).pipe(
    scan((barriers, event): Barriers => {
      if (event === undefined) return step(leadership, barriers)
      const asked = { from: event.from, id: event.message.id }
      if (event.message.lease === true && leadership.hasLease) {
        confirm(leadership, [asked], replica.commit)
        return barriers
      }
      return { ...barriers, waiting: [...barriers.waiting, asked] }
    }, NONE),
    ignoreElements(),
  )
}
