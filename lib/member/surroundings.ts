import { distinctUntilChanged, filter, map, merge, pairwise, skip, startWith, take, tap, type Observable } from 'rxjs'
import type { Excess } from '../../streams/contracts/budget.js'
import type { Clock } from '../../streams/contracts/clock.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import type { Transport, TransportNotice } from '../../streams/contracts/transport.js'
import type { Views } from '../../streams/outlets/views.js'
import type { Replica } from '../../streams/replica/replica.js'
import { toldRemoved$ } from '../../streams/roles/inquiry.js'
import { isCredibleTerm } from '../../streams/rules/terms.js'
import { received$, type Received, type Sender } from '../../streams/sources/inbound.js'
import { stalls$ } from '../../streams/sources/stalls.js'

/** Says whether something may be told: so often a second at most. */
function sparing(clock: Clock): () => boolean {
  let [second, count] = [0, 0]
  return () => {
    const now = Math.floor(clock.now() / 1000)
    if (now !== second) [second, count] = [now, 0]
    return ++count <= LIMITS.noticesPerSecond
  }
}

/** Hands on what others send; tells of what is refused or dropped, with how often, and a flood not one by one. */
export function inbound$(replica: Replica, transport: Transport): Observable<unknown> {
  let [refusals, drops] = [0, 0]
  const { clock } = replica.parts
  const [mayTellRefusal, mayTellDrop] = [sparing(clock), sparing(clock)]
  const notice = {
    refused: ({ id }: Sender, reason: string): void => {
      refusals++
      if (mayTellRefusal()) replica.tell({ type: 'message-refused', from: id, reason, count: refusals })
    },
    dropped: ({ used, limit, unit }: Excess): void => {
      drops++
      replica.parts.budgets.over('messages', used, limit, { unit })
      if (mayTellDrop()) replica.tell({ type: 'messages-dropped', reason: 'overloaded', count: drops })
    },
  }
  const isCredible = ({ from, message }: Received): boolean => {
    const { term: own } = replica.standing
    if (!('term' in message) || isCredibleTerm(own, message.term)) return true
    notice.refused(from, `term: ${String(message.term)} is too far beyond ${String(own)}`)
    return false
  }
  return received$(transport.inbound$, replica.parts.inbox, notice).pipe(
    filter(isCredible),
    tap(received => replica.deliver(received)),
  )
}

/** What is known of whom after a notice: in which version those talk who are connected. */
function heard(tongues: Replica['tongues'], notice: TransportNotice): Replica['tongues'] {
  if (notice.type === 'peer-up') return new Map(tongues).set(notice.id, notice.version)
  if (notice.type === 'peer-down') return new Map([...tongues].filter(([id]) => id !== notice.id))
  return tongues
}

/** That there are as many clients as there may be is a budget. */
function refused({ parts: { budgets } }: Replica, notice: TransportNotice): void {
  if (notice.type === 'client-refused' && notice.code === 'KAYAK_OVERLOADED')
    budgets.over('clients', LIMITS.clients + 1, LIMITS.clients)
}

/** That messages wait for a connection up to a bound is a budget; that others could not be sent is a network's business. */
function dropped({ parts: { budgets } }: Replica, notice: TransportNotice): void {
  if (notice.type !== 'dropped' || notice.reason !== 'queue-full') return
  const { to, used = 0, limit = 0 } = notice
  budgets.over('queue', used, limit, { member: to.id })
}

/** Tells of connections, and of what is dropped where one takes too little. */
export const notices$ = (replica: Replica, transport: Transport): Observable<unknown> =>
  transport.notices$.pipe(
    tap(notice => {
      replica.tongues = heard(replica.tongues, notice)
      dropped(replica, notice)
      refused(replica, notice)
    }),
    filter(notice => notice.type !== 'dropped'),
    tap(notice => replica.tell(notice)),
  )

/** Tells of changes that show in the views, and of a held event loop. */
export function telling$(replica: Replica, views: Views): Observable<unknown> {
  const { inbox, clock, heartbeatMs } = replica.parts
  const leader$ = views.select(({ leader }) => leader).pipe(skip(1))
  const roster$ = views.select(({ roster }) => roster).pipe(skip(1))
  return merge(
    leader$.pipe(tap(leader => replica.tell({ type: 'leader-changed', term: views.now.term, leader }))),
    roster$.pipe(
      tap(({ index, voters, learners }) =>
        replica.tell({ type: 'roster-changed', index, voters: voters.length, learners: learners.length }),
      ),
    ),
    replica.parts.budgets.told$.pipe(tap(event => replica.tell(event))),
    stalls$(heartbeatMs, () => replica.electionTimeoutMs, clock).pipe(
      inbox.enter(),
      tap(heldMs => replica.tell({ type: 'stalled', heldMs })),
    ),
  )
}

/**
 * Emits once, the index of a committed roster without this member: its own, where an earlier one had it, or a newer
 * one that another member tells of.
 */
export function removal$(replica: Replica): Observable<number> {
  const isMember = (): boolean => replica.isMemberOfCommitted(replica.self.id)
  const seen$ = replica.parts.inbox.settled$.pipe(
    map(isMember),
    startWith(isMember()),
    distinctUntilChanged(),
    pairwise(),
    filter(([was, is]) => was && !is),
    map(() => replica.committedRoster.index),
  )
  return merge(seen$, toldRemoved$(replica)).pipe(
    take(1),
    tap(rosterIndex => replica.tell({ type: 'removed', rosterIndex })),
  )
}
