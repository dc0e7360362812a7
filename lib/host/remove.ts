import { filter, firstValueFrom, map, takeUntil, timer } from 'rxjs'
import { KayakError } from '../../streams/contracts/errors.js'
import type { OperationOptions, PublicRoster } from '../../streams/contracts/host.js'
import type { Member } from '../member/member.js'
import { aborted$ } from './aborted.js'
import { operation, timeoutOf, type OperationContext } from './operation.js'

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
  const { replica, views, waiting, cutOff } = member
  const { clock } = replica.parts
  check(id, replica.self.id)
  const total = timeoutOf(options, context.timeoutMs)
  const deadline = clock.now() + total
  const index = await operation<number>(context, options, (timeoutMs, settle) =>
    waiting.change({ type: 'remove', id }, timeoutMs, settle),
  )
  const what = `The removal of ${id}`
  const late$ = timer(Math.max(0, deadline - clock.now()), clock).pipe(
    map(() => {
      const why = `has been accepted, but was not to be seen here within ${String(total)} ms.`
      throw new KayakError('KAYAK_TIMEOUT', `${what} ${why}`, { outcome: 'unknown' })
    }),
  )
  const shown$ = views.select(({ roster }) => roster).pipe(filter(roster => roster.index >= index))
  const cutOff$ = cutOff.fails$(what, 'unknown')
  return firstValueFrom(shown$.pipe(takeUntil(late$), takeUntil(aborted$(options.signal, what)), takeUntil(cutOff$)))
}
