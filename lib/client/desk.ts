import { BehaviorSubject, concatMap, firstValueFrom, map, merge, NEVER, Observable } from 'rxjs'
import { ReplaySubject, throwError, timer } from 'rxjs'
import type { Clock } from '../../streams/contracts/clock.js'
import type { Answering } from '../../streams/contracts/client-messages/index.js'
import { KayakError } from '../../streams/contracts/errors.js'
import type { OperationOptions } from '../../streams/contracts/host.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import { onAbort } from '../../streams/operators/on-abort.js'
import { signalOf, timeoutOf } from '../host/operation-options.js'
import { Asking, type Question } from './asking.js'
import type { Connection } from './connection.js'

/** Where a client's questions wait, within its bounds, until a member has answered them. */
export class Desk {
  readonly connection$ = new BehaviorSubject<Connection | undefined>(undefined)
  private readonly over = new ReplaySubject<void>(1)
  /** Emits when the client has stopped. */
  readonly over$: Observable<void> = this.over.asObservable()
  private isOver = false
  private count = 0
  private bytes = 0
  /** Why nobody is connected, as far as is known. */
  trouble = ''

  constructor(
    readonly clock: Clock,
    readonly timeoutMs: number,
  ) {}

  check(): void {
    if (this.isOver) throw new KayakError('KAYAK_STOPPED', 'The client takes no more operations.')
  }

  stop(): void {
    this.isOver = true
    this.over.next()
    this.over.complete()
    this.connection$.next(undefined)
    this.connection$.complete()
  }

  /** Asks members until one has answered. */
  async ask<A extends Answering>(question: Question<A>, options: OperationOptions): Promise<A> {
    this.check()
    const timeoutMs = timeoutOf(options, this.timeoutMs)
    this.admit(question.bytes)
    const asking = new Asking(question, this.clock.now() + timeoutMs, this.clock)
    const fail: Fail = (code, why, cause) => asking.fail(code, why, cause)
    try {
      return await this.bounded(asking.answer$(this.connection$), timeoutMs, options, fail)
    } finally {
      this.count--
      this.bytes -= question.bytes
    }
  }

  /** Waits for something else, by the same bounds. */
  async settled(what: string, settled$: Observable<unknown>, options: OperationOptions): Promise<unknown> {
    this.check()
    const fail: Fail = (code, why, cause) => new KayakError(code, `${what} ${why}`, { cause })
    return this.bounded(settled$, timeoutOf(options, this.timeoutMs), options, fail)
  }

  /** Emits nothing, and errors when the client has stopped, for what it does not ask of members. */
  fails$(what: string): Observable<never> {
    return this.over$.pipe(
      map(() => {
        throw new KayakError('KAYAK_STOPPED', `${what} was cut off: the client has stopped.`)
      }),
    )
  }

  private bounded<T>(answer$: Observable<T>, timeoutMs: number, options: OperationOptions, fail: Fail): Promise<T> {
    const ended$ = merge(
      timer(timeoutMs, this.clock).pipe(map(() => fail('KAYAK_TIMEOUT', this.late(timeoutMs)))),
      this.over$.pipe(map(() => fail('KAYAK_STOPPED', 'was cut off: the client has stopped.'))),
      aborted$(signalOf(options)).pipe(map(cause => fail('KAYAK_ABORTED', 'was aborted.', cause))),
    ).pipe(concatMap(error => throwError(() => error)))
    return firstValueFrom(merge(ended$, answer$))
  }

  private late(timeoutMs: number): string {
    const why =
      this.connection$.value === undefined && this.trouble !== '' ? ` No member is connected: ${this.trouble}.` : ''
    return `was not answered within ${String(timeoutMs)} ms.${why}`
  }

  private admit(bytes: number): void {
    if (this.count >= LIMITS.clientRequests) throw new KayakError('KAYAK_OVERLOADED', 'Too many requests wait here.')
    if (this.bytes + bytes > LIMITS.clientRequestBytes)
      throw new KayakError('KAYAK_OVERLOADED', 'Too many bytes wait here.')
    this.count++
    this.bytes += bytes
  }
}

type Fail = (code: 'KAYAK_TIMEOUT' | 'KAYAK_ABORTED' | 'KAYAK_STOPPED', why: string, cause?: unknown) => KayakError

/** Emits once when a signal is aborted. */
const aborted$ = (signal: AbortSignal | undefined): Observable<unknown> =>
  signal === undefined ? NEVER : new Observable(subscriber => onAbort(signal, () => subscriber.next(signal.reason)))
