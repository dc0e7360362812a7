import { map, takeUntil, timer, type MonoTypeOperatorFunction } from 'rxjs'
import { KayakError } from '../../streams/contracts/errors.js'
import type { OperationOptions } from '../../streams/contracts/host.js'
import { aborted$ } from '../../streams/operators/aborted.js'
import type { Member } from '../member/member.js'
import { timeoutOf, type OperationContext } from './operation.js'

/**
 * For what an operation waits for after it has been answered: it fails, with outcome `unknown`, by the operation's own
 * deadline, counted from when this is made, by its signal, and when the member is stopped.
 */
export function bounded<T>(
  member: Member,
  what: string,
  { timeoutMs: defaultMs }: Pick<OperationContext, 'timeoutMs'>,
  options: OperationOptions,
): MonoTypeOperatorFunction<T> {
  const { clock } = member.replica.parts
  const timeoutMs = timeoutOf(options, defaultMs)
  const deadline = clock.now() + timeoutMs
  const late = (): never => {
    const why = `has been accepted, but was not to be seen here within ${String(timeoutMs)} ms.`
    throw new KayakError('KAYAK_TIMEOUT', `${what} ${why}`, { outcome: 'unknown' })
  }
  return source => {
    const late$ = timer(Math.max(0, deadline - clock.now()), clock).pipe(map(late))
    const cutOff$ = member.cutOff.fails$(what, 'unknown')
    return source.pipe(takeUntil(late$), takeUntil(aborted$(options.signal, what)), takeUntil(cutOff$))
  }
}
