import { defaultIfEmpty, firstValueFrom, lastValueFrom, merge, take, timer, type Observable } from 'rxjs'
import { map } from 'rxjs'
import type { Clock } from '../../streams/contracts/clock.js'

/** Resolves when a stream that only works has done so. */
export const settled = (work$: Observable<unknown>): Promise<unknown> =>
  lastValueFrom(work$, { defaultValue: undefined })

/** The first value, or at the stream's end or after `timeoutMs` what `otherwise` gives. Rejects as the stream errors. */
export const within = <T>(work$: Observable<T>, timeoutMs: number, clock: Clock, otherwise: () => T): Promise<T> =>
  firstValueFrom(
    merge(work$.pipe(take(1), defaultIfEmpty(undefined)), timer(timeoutMs, clock).pipe(map(() => undefined))).pipe(
      take(1),
      map(value => value ?? otherwise()),
    ),
  )
