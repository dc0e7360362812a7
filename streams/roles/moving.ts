import {
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  ignoreElements,
  map,
  startWith,
  switchMap,
  tap,
  timer,
  type Observable,
} from 'rxjs'
import { encodeSteps } from '../contracts/change-codec.js'
import { randomHex } from '../contracts/clock.js'
import { LIMITS } from '../contracts/limits.js'
import { ChangeRoster, message } from '../contracts/messages/index.js'
import type { Replica } from '../replica/replica.js'
import { findMember, members } from '../rules/roster.js'
import { asking$ } from '../sources/asking.js'

/**
 * Whether others find this member: not where the roster in force has it elsewhere, or none that has it has reached it yet.
 * Nor perhaps where no leader does: the one there is may go by a newer roster, and be where this member doesn't know of.
 */
function whereabouts({ roster, standing, self }: Replica): 'known' | 'elsewhere' | 'lost' {
  if (findMember(roster, self.id)?.address !== self.address) return 'elsewhere'
  return standing.leader === undefined ? 'lost' : 'known'
}

/**
 * How long it waits: not where it begins elsewhere; for as long as one waits for a leader where no roster that it knows
 * has it, since who has just been let in is dialled; longer where there is no leader, who may be elected yet; and longer
 * still where it was moved away since.
 */
function patienceMs(
  { roster, self, electionTimeoutMs }: Replica,
  at: 'elsewhere' | 'lost',
  isBeginning: boolean,
): number {
  if (at === 'lost') return LIMITS.lostTimeouts * electionTimeoutMs
  if (!isBeginning) return LIMITS.moveTimeouts * electionTimeoutMs
  return findMember(roster, self.id) === undefined ? electionTimeoutMs : 0
}

/** Who may know the leader, or be it: all that the roster has, who leads as far as is known, and whoever was named. */
function acquaintances({ roster, standing, self }: Replica, contacts: readonly string[]): readonly string[] {
  const others = members(roster).filter(({ id }) => id !== self.id)
  const leader = standing.leader === undefined ? [] : [standing.leader]
  const all = [...[...leader, ...others].map(({ address }) => address), ...contacts]
  return [...new Set(all)].filter(address => address !== self.address)
}

/**
 * Asks to be moved, whoever may know the leader, since that can't reach this member before it is dialled by it. What was
 * asked before the roster has changed doesn't count after it: an old wish must not undo a newer one.
 */
const askToMove$ = (replica: Replica, contacts: readonly string[]): Observable<unknown> =>
  defer(() => {
    const { self, parts } = replica
    const { clock, inbox, outbox, random } = parts
    const nonce = randomHex(random, 10)
    const steps = [{ type: 'move', id: self.id, address: self.address }] as const
    let asked = 0
    const wish = (): ChangeRoster =>
      message(ChangeRoster, {
        id: `${nonce}-${String(++asked)}`,
        steps: encodeSteps(steps),
        ifIndex: replica.roster.index,
      })
    const whom = (): readonly string[] =>
      replica.standing.role === 'leader' ? [self.address] : acquaintances(replica, contacts)
    const ask = (address: string): void =>
      inbox.post(() => {
        if (address === self.address) replica.send(self, wish(), { steps })
        else outbox.send({ id: undefined, address }, wish())
      })
    const replies$ = replica.messages.ofType('change-reply').pipe(
      map(({ message: reply }) => reply),
      filter(({ id }) => id.startsWith(nonce)),
    )
    return asking$({ ask, whom, replies$, clock }).pipe(
      map(({ verdict, by }) => (verdict === 'address-taken' ? by : undefined)),
      filter(by => by !== undefined),
      distinctUntilChanged(),
      tap(by => replica.tell({ type: 'move-refused', address: self.address, by })),
    )
  })

/**
 * Sees that the roster has this member where it is: at once when it begins, and after a while where it was moved away
 * since, so that two who take themselves for the same member don't fill the log. Also after a while without a leader: who
 * leads then hears of it.
 *
 * ```
 *  roster has it  elsewhere--------here--------elsewhere---------here
 *  asks           a----a----a------            ---------a----a---
 * ```
 *
 * @param contacts - addresses of others, which the roster may not have.
 */
export function moving$(replica: Replica, contacts: readonly string[]): Observable<never> {
  const { inbox, clock } = replica.parts
  return inbox.settled$.pipe(
    startWith(undefined),
    map(() => whereabouts(replica)),
    distinctUntilChanged(),
    switchMap((at, times) => {
      if (at === 'known') return EMPTY
      return timer(patienceMs(replica, at, times === 0), clock).pipe(switchMap(() => askToMove$(replica, contacts)))
    }),
    ignoreElements(),
  )
}
