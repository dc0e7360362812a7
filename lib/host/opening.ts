import { defaultIfEmpty, lastValueFrom, map, take, takeUntil, timer, type Observable } from 'rxjs'
import { KayakError } from '../../streams/contracts/errors.js'
import type { Host } from '../../streams/contracts/host.js'
import { aborted$ } from '../../streams/operators/aborted.js'
import { DEFAULT_ELECTION_TIMEOUT_MS, type Resolved } from './options.js'
import { within } from './within.js'

type Late = 'KAYAK_TIMEOUT' | 'KAYAK_NOT_CAUGHT_UP'

/** The opening of a host: whatever it waits for ends by one deadline, or as its signal is aborted. */
export class Opening<T> {
  private readonly deadline: number

  constructor(readonly options: Resolved<T>) {
    this.deadline = options.clock.now() + options.joinTimeoutMs
  }

  /** The first value of a stream. Where it is late, the error says `what` hasn't happened. */
  first<R>(source$: Observable<R>, what: string, code: Late = 'KAYAK_TIMEOUT'): Promise<R> {
    return lastValueFrom(this.inTime(source$, what, code).pipe(take(1)))
  }

  /** The first value of a stream that ends by {@link late$} itself. */
  firstUnlessAborted<R>(source$: Observable<R>): Promise<R> {
    return lastValueFrom(source$.pipe(take(1), takeUntil(aborted$(this.options.signal))))
  }

  /** The end of a stream that only works. */
  async done(work$: Observable<unknown>, what: string): Promise<void> {
    await lastValueFrom(this.inTime(work$, what, 'KAYAK_TIMEOUT').pipe(defaultIfEmpty(undefined)))
  }

  /** Emits at the deadline. */
  get late$(): Observable<unknown> {
    const { clock } = this.options
    return timer(Math.max(0, this.deadline - clock.now()), clock)
  }

  private inTime<R>(source$: Observable<R>, what: string, code: Late): Observable<R> {
    const { joinTimeoutMs, signal } = this.options
    const late$ = this.late$.pipe(
      map(() => {
        const why = `${what} within ${String(joinTimeoutMs)} ms.`
        throw new KayakError(code, why, { outcome: 'unknown' })
      }),
    )
    return source$.pipe(takeUntil(late$), takeUntil(aborted$(signal)))
  }
}

/** Opens a host; if that fails, is late or is aborted, everything that it has opened is let go of. */
export async function opening<T>(
  options: Resolved<T>,
  open: (opening: Opening<T>) => Promise<Host<T>>,
): Promise<Host<T>> {
  const { transport, storage, clock, signal, electionTimeoutMs = DEFAULT_ELECTION_TIMEOUT_MS } = options
  if (signal?.aborted === true)
    throw new KayakError('KAYAK_ABORTED', 'Opening the host was aborted before it began.', { cause: signal.reason })
  try {
    return await open(new Opening(options))
  } catch (error) {
    // a disk that hangs lets go of its lock when it answers
    const closing = [transport.close(), storage.close()]
    await Promise.allSettled(closing.map(closed$ => within(closed$, electionTimeoutMs, clock, () => undefined)))
    throw error
  }
}
