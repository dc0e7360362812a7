import {
  filter,
  firstValueFrom,
  ignoreElements,
  interval,
  map,
  merge,
  startWith,
  take,
  tap,
  type Observable,
} from 'rxjs'
import { randomHex } from '../../streams/contracts/clock.js'
import { KayakError } from '../../streams/contracts/errors.js'
import type { Member as PublicMember, OperationOptions } from '../../streams/contracts/host.js'
import { HandOver, message } from '../../streams/contracts/messages/index.js'
import { checkOptions } from '../../streams/contracts/check-options.js'
import type { Member } from '../member/member.js'
import { bounded } from './bounded.js'
import { checkId } from './change-roster.js'
import type { OperationContext } from './operation.js'

/** Whom the leadership may go to: a voter, and there must be another than the leader. */
function checkHeir({ replica: { roster, self, standing } }: Member, to: string | undefined): void {
  const { leader } = standing
  if (to !== undefined && !roster.voters.some(({ id }) => id === checkId(to)))
    throw new KayakError('KAYAK_INVALID', `There is no voter ${to}.`, { leader })
  if (!roster.voters.some(({ id }) => id !== (leader ?? self).id))
    throw new KayakError('KAYAK_INVALID', 'There is no other voter.', { leader })
}

/** Asks whoever leads, and again when another does, or nothing has come of it within an election timeout. */
function asking$({ replica, views }: Member, id: string, to: string | undefined): Observable<never> {
  const { clock, inbox } = replica.parts
  const again$ = interval(replica.electionTimeoutMs, clock)
  return merge(
    views.select(({ leader }) => leader?.id),
    again$,
  ).pipe(
    inbox.enter(),
    startWith(undefined),
    tap(() => {
      const { leader, term } = replica.standing
      if (leader !== undefined && leader.id !== to) replica.send(leader, message(HandOver, { term, id, to }))
    }),
    ignoreElements(),
  )
}

/** What a leader says that could not hand over. */
const failed$ = ({ replica }: Member, id: string): Observable<never> =>
  replica.messages.ofType('hand-over-reply').pipe(
    filter(({ message: reply }) => reply.id === id),
    map(({ message: { to: heir, reason, busy = false } }): never => {
      if (busy) throw new KayakError('KAYAK_OVERLOADED', `Another hand-over is under way: ${reason}.`)
      const why =
        heir === undefined ? `Nobody can take over: ${reason}.` : `Member ${heir} has not taken over: ${reason}.`
      // who was told to may stand yet
      throw new KayakError('KAYAK_TIMEOUT', why, { outcome: heir === undefined ? 'rejected' : 'unknown' })
    }),
  )

/** Who leads once the leadership has gone to whom it was to, or from the first that was asked to another. */
function taken$({ views }: Member, to: string | undefined): Observable<PublicMember> {
  let former: string | undefined
  return views
    .select(({ leader }) => leader)
    .pipe(
      filter(leader => leader !== undefined),
      filter(({ id }) => {
        former ??= id
        return to === undefined ? id !== former : id === to
      }),
    )
}

/** Hands the leadership over, and resolves with who has it when this member knows. */
export async function transferLeadership(
  member: Member,
  context: OperationContext,
  to: string | undefined,
  options: OperationOptions,
): Promise<PublicMember> {
  context.check()
  checkOptions(options)
  checkHeir(member, to)
  const id = randomHex(member.replica.parts.random, 10)
  const over$ = merge(taken$(member, to), failed$(member, id), asking$(member, id, to))
  return firstValueFrom(over$.pipe(take(1), bounded(member, 'The hand-over', context, options)))
}
