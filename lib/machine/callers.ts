import { AsyncSubject, catchError, firstValueFrom, map, takeUntil, throwError, timer } from 'rxjs'
import type { Observable, SchedulerLike } from 'rxjs'
import { KayakError, type Outcome } from '../../streams/contracts/errors.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import { aborted$ } from '../../streams/operators/aborted.js'

/** Until when somebody waits, and what is said of what he waits for if it isn't there. */
export interface Waited {
  readonly end: number
  readonly signal: AbortSignal | undefined
  readonly what: string
  readonly outcome: Outcome
}

/** Those who wait for a machine: each until its deadline at most, none beyond the machine's end, and not too many. */
export class Callers {
  private count = 0
  private ended: KayakError | undefined
  private readonly over$ = new AsyncSubject<never>()

  constructor(
    private readonly name: string,
    private readonly clock: SchedulerLike,
  ) {}

  /** The machine goes no further. */
  end(why: KayakError): void {
    this.ended = why
    this.over$.error(why)
  }

  /** Does what a caller asks; refuses who comes when it is too late, or when too many wait already. */
  async counted<R>(work: () => Promise<R>): Promise<R> {
    if (this.ended !== undefined) throw this.because('rejected')
    if (this.count >= LIMITS.machineRequests)
      throw new KayakError('KAYAK_OVERLOADED', `${this.count} callers wait for the machine "${this.name}".`)
    this.count++
    try {
      return await work()
    } finally {
      this.count--
    }
  }

  /** The first value of what is waited for. */
  inTime<R>(source$: Observable<R>, { end, signal, what, outcome }: Waited): Promise<R> {
    const late$ = timer(Math.max(0, end - this.clock.now()), this.clock).pipe(
      map(() => {
        throw new KayakError('KAYAK_TIMEOUT', `${what} in time.`, { outcome })
      }),
    )
    const over$ = this.over$.pipe(catchError(() => throwError(() => this.because(outcome))))
    return firstValueFrom(
      source$.pipe(
        takeUntil(over$),
        takeUntil(late$),
        takeUntil(aborted$(signal, 'What was asked of a machine', outcome)),
      ),
    )
  }

  private because(outcome: Outcome): KayakError {
    const { ended } = this
    const details = ended?.index === undefined ? {} : { index: ended.index }
    const what = `The machine "${this.name}" answers no more.`
    return new KayakError(ended?.code ?? 'KAYAK_STOPPED', what, { outcome, cause: ended, ...details })
  }
}
