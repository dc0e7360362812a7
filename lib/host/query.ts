import { firstValueFrom, from, map, merge, takeUntil, timer, type Observable } from 'rxjs'
import type { Clock } from '../../streams/contracts/clock.js'
import { KayakError } from '../../streams/contracts/errors.js'
import { aborted$ } from '../../streams/operators/aborted.js'
import { isThenable } from '../../streams/operators/thenable.js'

/** How long the answer of a query is waited for. */
export interface QueryBounds {
  readonly clock: Clock
  /** The read's deadline, by that clock. */
  readonly end: number
  readonly signal: AbortSignal | undefined
  /** Errors when who was asked has stopped. */
  readonly over$: Observable<never>
}

/** What a query gives, and no later than the read's deadline where it has to be waited for: nothing of it changes anything. */
export async function answerOf<R>(answer: R | Promise<R>, { clock, end, signal, over$ }: QueryBounds): Promise<R> {
  if (!isThenable(answer)) return answer
  const late$ = timer(Math.max(0, end - clock.now()), clock).pipe(
    map(() => {
      throw new KayakError('KAYAK_TIMEOUT', 'The query has not given its answer in time.', { outcome: 'rejected' })
    }),
  )
  const ended$ = merge(late$, aborted$(signal, 'The read', 'rejected'), over$)
  return firstValueFrom(from(Promise.resolve(answer)).pipe(takeUntil(ended$)))
}
