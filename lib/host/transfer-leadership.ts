import { filter, firstValueFrom, map, merge } from 'rxjs'
import { KayakError } from '../../streams/contracts/errors.js'
import type { Member as PublicMember, OperationOptions } from '../../streams/contracts/host.js'
import type { Member } from '../member/member.js'
import { bounded } from './bounded.js'
import { checkId } from './change-roster.js'
import { checkOptions, type OperationContext } from './operation.js'

/** Whom the leadership may go to: a voter other than oneself. */
function checkHeir({ replica }: Member, to: string | undefined): void {
  const { self, roster, standing } = replica
  const { role, leader } = standing
  if (role !== 'leader') throw new KayakError('KAYAK_INVALID', 'Only the leader can hand over.', { leader })
  const others = roster.voters.filter(({ id }) => id !== self.id)
  if (to !== undefined && !others.some(({ id }) => id === checkId(to)))
    throw new KayakError('KAYAK_INVALID', `There is no other voter ${to}.`)
  if (others.length === 0) throw new KayakError('KAYAK_INVALID', 'There is no other voter.')
}

/** Hands the leadership over, and resolves with who has it when this member knows. */
export async function transferLeadership(
  member: Member,
  context: OperationContext,
  to: string | undefined,
  options: OperationOptions,
): Promise<PublicMember> {
  const { replica, views } = member
  context.check()
  checkOptions(options)
  checkHeir(member, to)
  const taken$ = views
    .select(({ leader }) => leader)
    .pipe(
      filter(leader => leader !== undefined),
      filter(({ id }) => id !== replica.self.id),
    )
  const failed$ = replica.events$.pipe(
    filter(event => event.type === 'transfer-failed'),
    map(({ to: heir, reason }): never => {
      const why = heir === '' ? `Nobody can take over: ${reason}.` : `Member ${heir} has not taken over: ${reason}.`
      // who was told to may stand yet
      throw new KayakError('KAYAK_TIMEOUT', why, { outcome: heir === '' ? 'rejected' : 'unknown' })
    }),
  )
  const over = firstValueFrom(merge(taken$, failed$).pipe(bounded(member, 'The hand-over', context, options)))
  member.handOver(to)
  return over
}
