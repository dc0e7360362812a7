import { filter, firstValueFrom } from 'rxjs'
import { KayakError } from '../../streams/contracts/errors.js'
import type { OperationOptions, PublicRoster } from '../../streams/contracts/host.js'
import type { Member } from '../member/member.js'
import { bounded } from './bounded.js'
import { operation, type OperationContext } from './operation.js'

const ID = /^[0-9a-f]{32}$/

function check(id: unknown, own: string): void {
  if (typeof id !== 'string' || !ID.test(id)) throw new KayakError('KAYAK_INVALID', 'An id is 32 hexadecimal digits.')
  if (id === own) throw new KayakError('KAYAK_INVALID', 'A member leaves by close(), not by remove().')
}

/** Removes another member, and resolves with the roster that shows it once this member has that, by one deadline. */
export async function remove(
  member: Member,
  context: OperationContext,
  id: string,
  options: OperationOptions,
): Promise<PublicRoster> {
  const { replica, views, waiting } = member
  check(id, replica.self.id)
  const seen = bounded<PublicRoster>(member, `The removal of ${id}`, context, options)
  const index = await operation<number>(context, options, (timeoutMs, settle) =>
    waiting.change({ type: 'remove', id }, timeoutMs, settle),
  )
  const roster$ = views.select(({ roster }) => roster)
  return firstValueFrom(
    roster$.pipe(
      filter(roster => roster.index >= index),
      seen,
    ),
  )
}
