import { defer, filter, map, merge, NEVER, retry, switchMap, take, throwError, timer, type Observable } from 'rxjs'
import type { Clock } from '../../streams/contracts/clock.js'
import { errorOf, type Answering, type Asked } from '../../streams/contracts/client-messages/index.js'
import { isKayakError, KayakError } from '../../streams/contracts/errors.js'
import type { Connection } from './connection.js'
import { AGAIN_MS, isPassing } from './passing.js'

/** What a caller wants to know, or to be done. */
export interface Question<A extends Answering> {
  /** What errors call it. */
  readonly what: string
  /** Whether it changes anything: then an answer that has not come leaves its outcome open. */
  readonly changes: boolean
  readonly bytes: number
  /** The message, anew for each member that is asked. */
  readonly make: (id: number, timeoutMs: number) => Asked
  readonly type: A['type']
  /** Emits once the answer may be given to the caller. */
  readonly until?: (answer: A) => Observable<unknown>
}

/** One question until it is answered, whoever answers it. */
export class Asking<A extends Answering> {
  /** Whether it may take effect, as far as is known here. */
  private isOpen = false

  constructor(
    private readonly question: Question<A>,
    private readonly deadline: number,
    private readonly clock: Clock,
  ) {}

  answer$(connection$: Observable<Connection | undefined>): Observable<A> {
    const { until } = this.question
    const answer$ = connection$.pipe(
      switchMap(connection => (connection === undefined ? NEVER : this.put$(connection))),
      retry({
        delay: (error: unknown) => (this.isPassing(error) ? timer(AGAIN_MS, this.clock) : throwError(() => error)),
      }),
      take(1),
    )
    if (until === undefined) return answer$
    return answer$.pipe(
      switchMap(answer =>
        until(answer).pipe(
          take(1),
          map(() => answer),
        ),
      ),
    )
  }

  fail(code: 'KAYAK_TIMEOUT' | 'KAYAK_ABORTED' | 'KAYAK_STOPPED', why: string, cause?: unknown): KayakError {
    const outcome = this.isOpen ? 'unknown' : 'rejected'
    return new KayakError(code, `${this.question.what} ${why}`, { outcome, cause })
  }

  private put$(connection: Connection): Observable<A> {
    return defer(() => {
      const wasOpen = this.isOpen
      const left = Math.max(1, Math.ceil(this.deadline - this.clock.now()))
      const ask$ = connection.ask(id => {
        const message = this.question.make(id, left)
        this.isOpen = this.question.changes
        return message
      })
      // what is lost with its connection is asked of the next
      return merge(ask$, NEVER).pipe(
        map(answer => {
          if (answer.type === 'failed') {
            if (answer.outcome === 'rejected') this.isOpen = wasOpen
            throw errorOf(answer, this.isOpen ? 'unknown' : answer.outcome)
          }
          // the type tells the class
          if (answer.type === this.question.type) return answer as A
          connection.refuse(`${answer.type} for an answer`)
          return undefined
        }),
        filter(answer => answer !== undefined),
      )
    })
  }

  private isPassing(error: unknown): boolean {
    return isKayakError(error) && isPassing(error.code, this.isOpen)
  }
}
