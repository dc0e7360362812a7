import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  from,
  map,
  merge,
  of,
  share,
  Subject,
  takeUntil,
  takeWhile,
  timer,
} from 'rxjs'
import type { Observable } from 'rxjs'
import type { Clock, Random } from '../../../streams/contracts/clock.js'
import type { ClientDialler, ClientLine, LineEvent } from '../../../streams/contracts/client-transport.js'
import { isKayakError } from '../../../streams/contracts/errors.js'
import { LIMITS } from '../../../streams/contracts/limits.js'
import { call$, type CallEvent } from './call.js'
import { ClientGreeting, type Credentials, type GreetingStep } from './greeting.js'
import { refusal } from './hello.js'
import { placeOf } from './place.js'

export type { Credentials } from './greeting.js'

export interface DiallerOptions {
  /** The URL of the WebSocket of a member, by its address. */
  readonly url: (address: string) => string
  readonly credentials: Credentials
  readonly clock: Clock
  readonly random: Random
}

type Emit = Extract<CallEvent, { type: 'open' }>['emit']

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** One call: the greeting, and then the line. */
class Talk {
  private readonly greeting: ClientGreeting
  private readonly inbound = new Subject<unknown>()
  private emit: Emit = () => undefined
  /** Whether the member has proven itself. */
  isUp = false

  constructor({ credentials, random }: DiallerOptions) {
    this.greeting = new ClientGreeting(credentials, random)
  }

  hear(event: CallEvent): Observable<LineEvent> {
    if (event.type === 'ended') return of({ type: 'down', reason: event.reason })
    if (event.type === 'heard') return this.receive(event)
    this.emit = event.emit
    return this.act(this.greeting.opening)
  }

  private receive({ event, payload }: Extract<CallEvent, { type: 'heard' }>): Observable<LineEvent> {
    if (!this.isUp)
      return from(this.greeting.receive(event, payload)).pipe(
        concatMap(step => this.act(step)),
        catchError((error: unknown) => of(failed(error))),
      )
    if (event === 'message') this.inbound.next(payload)
    return event === 'message' ? EMPTY : this.act(refusal('KAYAK_INVALID', `"${event}" is out of turn`))
  }

  private act(step: GreetingStep): Observable<LineEvent> {
    if (step.type === 'refused') return of({ type: 'down', reason: step.reason, code: step.code })
    if (step.type === 'say') {
      this.emit(step.event, step.payload)
      return EMPTY
    }
    this.isUp = true
    const { member, clusterId, rights } = step
    const send = (message: object): void => this.emit('message', message)
    const line: ClientLine = { member, clusterId, rights, inbound$: this.inbound.asObservable(), send }
    return of({ type: 'up', line })
  }
}

/** What a token comes from may work the next time; what kayak says of a page or of options is so each time. */
const failed = (error: unknown): LineEvent => ({
  type: 'down',
  reason: `the greeting failed: ${reasonOf(error)}`,
  ...(isKayakError(error) && { code: error.code }),
})

const downOf = (error: unknown): LineEvent => ({ type: 'down', reason: reasonOf(error), code: 'KAYAK_INVALID' })

/**
 * Connects to members over socket.io, from Node or from a browser. What is heard while a proof is made waits its turn; it
 * is over with the first `down`.
 */
export const socketioDialler = (options: DiallerOptions): ClientDialler => ({
  dial: address =>
    defer(() => {
      const talk = new Talk(options)
      const event$ = defer(() => call$(placeOf(options.url(address)), LIMITS.clientDialMs, () => talk.isUp)).pipe(
        concatMap(event => talk.hear(event)),
        catchError((error: unknown) => of(downOf(error))),
        share(),
      )
      const late$ = timer(LIMITS.clientDialMs, options.clock).pipe(
        map((): LineEvent => ({ type: 'down', reason: 'it took too long to connect' })),
        takeUntil(event$),
      )
      return merge(event$, late$).pipe(takeWhile(({ type }) => type !== 'down', true))
    }),
})
