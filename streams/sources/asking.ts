import { filter, ignoreElements, interval, merge, share, startWith, tap, throttleTime, type Observable } from 'rxjs'
import type { Clock } from '../contracts/clock.js'
import type { ChangeReply } from '../contracts/messages/index.js'

/** How often those are asked who may not have heard, or may not know the leader yet. */
const ASK_AGAIN_MS = 250

/** Somebody who wants a change of the roster and may not know the leader, or not be reached by it. */
export interface Asking {
  /** Asks whoever is at an address. */
  readonly ask: (address: string) => void
  /** The addresses to ask at in a turn, from 0 on. */
  readonly whom: (turn: number) => readonly string[]
  /** The answers to what was asked. */
  readonly replies$: Observable<ChangeReply>
  readonly clock: Clock
}

/**
 * Asks again and again, and the leader as soon as one names it; emits every answer. To be unsubscribed from once one is
 * enough. Asking again is no other change.
 *
 * ```
 *  turns    a----b----c----
 *  replies  --n-------d----     n: names the leader
 *  asked    a-l--b----c----     l: the leader
 *  result   --n-------d----
 * ```
 */
export function asking$({ ask, whom, replies$, clock }: Asking): Observable<ChangeReply> {
  const answered$ = replies$.pipe(share())
  const redirected$ = answered$.pipe(
    filter(({ verdict, leader }) => verdict === 'not-leader' && leader !== undefined),
    throttleTime(ASK_AGAIN_MS / 2, clock),
    tap(({ leader }) => {
      if (leader !== undefined) ask(leader)
    }),
    ignoreElements(),
  )
  const turns$ = interval(ASK_AGAIN_MS, clock).pipe(
    startWith(-1),
    tap(count => whom(count + 1).forEach(address => ask(address))),
    ignoreElements(),
  )
  return merge(answered$, redirected$, turns$)
}
