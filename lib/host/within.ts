import { defaultIfEmpty, firstValueFrom, map, merge, take, timer, type Observable } from 'rxjs'
import type { Clock } from '../../streams/contracts/clock.js'

/** The first value, or at the stream's end or after `timeoutMs` what `otherwise` gives. Rejects as the stream errors. */
export const within = <T>(work$: Observable<T>, timeoutMs: number, clock: Clock, otherwise: () => T): Promise<T> =>
  firstValueFrom(
    merge(work$.pipe(take(1), defaultIfEmpty(undefined)), timer(timeoutMs, clock).pipe(map(() => undefined))).pipe(
      take(1),
      map(value => value ?? otherwise()),
    ),
  )
