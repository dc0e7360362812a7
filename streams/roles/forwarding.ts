import { distinctUntilChanged, filter, ignoreElements, interval, map, merge, tap, type Observable } from 'rxjs'
import type { LeaderBudget } from '../contracts/budget.js'
import { KayakError } from '../contracts/errors.js'
import { encodeSteps } from '../contracts/change-codec.js'
import { encodeEntries } from '../contracts/entry-codec.js'
import { LIMITS } from '../contracts/limits.js'
import { ChangeRoster, message, Propose, ReadIndex } from '../contracts/messages/index.js'
import type { ChangeReply, ProposeReply } from '../contracts/messages/index.js'
import { sessionExpired } from '../contracts/session-expired.js'
import type { Replica } from '../replica/replica.js'
import { ENTRY_HEADER_BYTES, type LogEntry, type Proposal } from '../rules/entry.js'
import type { Sender } from '../sources/inbound.js'
import type { AppendRequest } from '../sources/requests.js'
import { settleChange } from './change-reply.js'

const NO_BYTES = new Uint8Array()

/** What isn't in a log has no place in it, and goes over the wire as what is. */
const placeless = ({ kind, session, number, payload }: Proposal): LogEntry => {
  return { index: 0, term: 0, kind, time: 0, session, number, payload }
}

/**
 * Hands over what has been appended here, in batches, so many at a time: a burst must hold up neither the event loop nor
 * what else goes to the leader, and is never far beyond a budget of the leader's.
 */
function forwardAppends(replica: Replica, leader: Sender): void {
  const { requests, clock } = replica.parts
  const local = leader.id === replica.self.id
  while (requests.appends.waiting > 0 && requests.appends.underWay < LIMITS.proposalsUnderWay) {
    let bytes = 0
    const fits = ({ payload }: AppendRequest): boolean => {
      const first = bytes === 0
      bytes += payload.byteLength + ENTRY_HEADER_BYTES
      return first || bytes <= LIMITS.batchBytes
    }
    const { id, requests: taken } = requests.appends.take(clock.now(), fits)
    for (const request of taken) request.sent = true
    const entries = local ? NO_BYTES : encodeEntries(taken.map(placeless))
    replica.send(leader, message(Propose, { id, entries }), { proposals: taken })
  }
}

/** All that wait share one question, and those for which a lease is enough another. */
function forwardBarriers(replica: Replica, leader: Sender): void {
  const { requests, clock } = replica.parts
  const { barriers, leases } = requests
  if (barriers.waiting > 0) replica.send(leader, message(ReadIndex, { id: barriers.take(clock.now()).id }))
  if (leases.waiting > 0) replica.send(leader, message(ReadIndex, { id: leases.take(clock.now()).id, lease: true }))
}

function forwardChanges(replica: Replica, leader: Sender): void {
  const { requests, clock } = replica.parts
  while (requests.changes.waiting > 0) {
    let first = true
    const { id, requests: taken } = requests.changes.take(clock.now(), () => first && !(first = false))
    for (const request of taken) {
      request.sent = true
      request.attempts++
      const { steps, ifIndex } = request.change
      const waitedMs = Math.max(0, Math.floor(clock.now() - request.askedAt))
      const withinMs = Math.max(0, Math.floor(request.patientUntil - clock.now()))
      const fields = { id, steps: encodeSteps(steps), ifIndex, waitedMs, withinMs }
      replica.send(leader, message(ChangeRoster, fields), { steps })
    }
  }
}

const expire = (request: AppendRequest): void => request.failed(sessionExpired())

/** What has too much, by the leader's budget. */
const TOO_MUCH: Readonly<Record<LeaderBudget, string>> = {
  uncommitted: 'is not committed yet',
  unapplied: 'is not applied yet by the leader',
  buffered: "is not on the leader's disk yet",
}

const overload = (request: AppendRequest, budget: LeaderBudget | undefined): void => {
  const why = budget === undefined ? 'waits at the leader' : `${TOO_MUCH[budget]} (its budget "${budget}")`
  request.failed(new KayakError('KAYAK_OVERLOADED', `Too much ${why}.`, { outcome: 'unknown', budget }))
}

function proposed({ parts: { requests } }: Replica, { id, verdict, expired, budget }: ProposeReply): void {
  const taken = requests.appends.answered(id)
  if (verdict === 'not-leader') requests.appends.later(taken)
  else if (verdict === 'overloaded') for (const request of taken) overload(request, budget)
  else requests.appends.accept(taken)
  expired.flatMap(at => taken[at] ?? []).forEach(expire)
}

function changed(replica: Replica, reply: ChangeReply): void {
  const { changes } = replica.parts.requests
  const taken = changes.answered(reply.id)
  if (reply.verdict === 'not-leader') {
    for (const request of taken) request.attempts--
    changes.later(taken)
  } else for (const request of taken) settleChange(request, reply)
}

/** What the leader answers, whatever this member's role is. */
function replies$(replica: Replica): Observable<unknown> {
  const { requests } = replica.parts
  return merge(
    replica.messages.ofType('propose-reply').pipe(tap(({ message: reply }) => proposed(replica, reply))),
    replica.messages.ofType('read-index-reply').pipe(
      tap(({ message: { id, confirmed, index } }) => {
        for (const attempts of [requests.barriers, requests.leases]) {
          const taken = attempts.answered(id)
          if (confirmed) requests.confirmBarriers(index, taken)
          else attempts.later(taken)
        }
      }),
    ),
    replica.messages.ofType('change-reply').pipe(tap(({ message: reply }) => changed(replica, reply))),
  )
}

function retry({ parts: { requests } }: Replica, before: number, leaderChanged: boolean): void {
  requests.appends.retry(before, leaderChanged)
  requests.barriers.retry(before, leaderChanged)
  requests.leases.retry(before, leaderChanged)
  requests.changes.retry(before, leaderChanged)
}

/**
 * Hands what callers of this member want to the leader, whoever that is, this member too; begins anew when the leader
 * changes, and when an answer doesn't come within an election timeout.
 *
 * ```
 *  append   -a-----b------
 *  leader   ---L------M---
 *  sent     ---aL--bL-abM-
 * ```
 */
export function forwarding$(replica: Replica): Observable<never> {
  const { inbox, clock, heartbeatMs, requests } = replica.parts
  const leaderChange$ = inbox.settled$.pipe(
    map(() => replica.standing),
    distinctUntilChanged((before, now) => before.term === now.term && before.leader?.id === now.leader?.id),
    tap(() => retry(replica, Infinity, true)),
  )
  const overdue$ = interval(heartbeatMs, clock).pipe(
    // before it enters: a member with nothing to do takes no turn
    filter(() => requests.areUnderWay),
    inbox.enter(),
    tap(() => retry(replica, clock.now() - replica.electionTimeoutMs, false)),
  )
  const forward$ = inbox.settled$.pipe(
    map(() => replica.standing.leader),
    filter(leader => leader !== undefined),
    tap(leader => {
      forwardAppends(replica, leader)
      forwardBarriers(replica, leader)
      forwardChanges(replica, leader)
    }),
  )
  return merge(replies$(replica), leaderChange$, overdue$, forward$).pipe(ignoreElements())
}
