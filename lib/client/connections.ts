import {
  catchError,
  concatMap,
  defer,
  delayWhen,
  filter,
  finalize,
  ignoreElements,
  interval,
  map,
  merge,
  NEVER,
} from 'rxjs'
import { of, repeat, switchMap, tap, throwError, timer, type Observable } from 'rxjs'
import type { Clock, Random } from '../../streams/contracts/clock.js'
import { decodeTold, type Told } from '../../streams/contracts/client-messages/index.js'
import type { ClientEventBody } from '../../streams/contracts/client.js'
import type { ClientDialler, ClientLine } from '../../streams/contracts/client-transport.js'
import type { ErrorCode } from '../../streams/contracts/errors.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import type { AddressBook } from './address-book.js'
import { Connection } from './connection.js'
import type { Known } from './known.js'
import { Left, leftForSaying } from './left.js'
import { Pause } from './pause.js'

export interface ConnectionParts {
  readonly dialler: ClientDialler
  readonly book: AddressBook
  readonly known: Known
  readonly clock: Clock
  readonly random: Random
  readonly tell: (event: ClientEventBody) => void
}

const leave = (reason: string, code?: ErrorCode): Observable<never> => throwError(() => new Left(reason, code))

/** One attempt: the connection while there is one, and nothing after it. */
class Attempt {
  private isUp = false
  private heardAt = 0

  constructor(
    private readonly address: string,
    private readonly parts: ConnectionParts,
    private readonly pause: Pause,
  ) {}

  run$(): Observable<Connection | undefined> {
    return this.parts.dialler.dial(this.address).pipe(
      switchMap(event => (event.type === 'up' ? this.line$(event.line) : leave(event.reason, event.code))),
      catchError((error: unknown) => {
        this.over(error)
        return of(undefined)
      }),
    )
  }

  private line$(line: ClientLine): Observable<Connection> {
    const { known, tell } = this.parts
    if (known.clusterId !== '' && known.clusterId !== line.clusterId)
      return leave(`it is of cluster ${line.clusterId}`, 'KAYAK_OTHER_CLUSTER')
    known.clusterId = line.clusterId
    return defer(() => {
      const connection = new Connection(line)
      this.isUp = true
      this.heardAt = this.parts.clock.now()
      this.pause.up()
      known.connect(line.member)
      tell({ type: 'connected', member: line.member })
      const givenUp$ = connection.givenUp$.pipe(concatMap(left => throwError(() => left)))
      return merge(givenUp$, of(connection), this.received$(line, connection), this.silent$(), this.leaderless$()).pipe(
        finalize(() => connection.end()),
      )
    })
  }

  private received$({ inbound$ }: ClientLine, connection: Connection): Observable<never> {
    return inbound$.pipe(
      tap(plain => {
        this.heardAt = this.parts.clock.now()
        const told = decodeTold(plain)
        if (!told.ok) throw leftForSaying(told.reason)
        this.take(told.value, connection)
      }),
      ignoreElements(),
    )
  }

  private take(told: Told, connection: Connection): void {
    const { known, book } = this.parts
    if (told.type === 'progress') known.progress(told)
    else if (told.type !== 'standing') connection.receive(told)
    else if (known.stand(told)) {
      const { voters, learners } = known.now.roster
      book.learn([...voters, ...learners].map(({ address }) => address))
    }
  }

  /** Leaves a member that says nothing any more; what has arrived while this process stood still is read before. */
  private silent$(): Observable<never> {
    const { clock } = this.parts
    const isSilent = (): boolean => clock.now() - this.heardAt > LIMITS.clientSilenceMs
    return interval(LIMITS.clientBeatMs, clock).pipe(
      filter(isSilent),
      delayWhen(() => timer(0, clock)),
      filter(isSilent),
      concatMap(() => leave('it says nothing any more')),
    )
  }

  /** Leaves a member that knows of no leader for long, where others may: it may be cut off. */
  private leaderless$(): Observable<never> {
    const { clock, known, book } = this.parts
    return known
      .select(({ leader }) => leader)
      .pipe(
        switchMap(leader => (leader === undefined ? timer(LIMITS.clientLeaderlessMs, clock) : NEVER)),
        filter(() => book.size > 1),
        concatMap(() => leave('it knows of no leader')),
      )
  }

  private over(error: unknown): void {
    const { tell, known } = this.parts
    const { address, isUp } = this
    this.pause.down()
    known.connect(undefined)
    if (!(error instanceof Left)) throw error
    const { message: reason, code } = error
    if (code === undefined) tell({ type: isUp ? 'disconnected' : 'unreachable', address, reason })
    else if (isUp) tell({ type: 'message-refused', address, reason })
    else tell({ type: 'refused', address, code, reason })
  }
}

/**
 * Keeps one connection, to one member after another, with pauses that grow while nobody is to be reached. Unsubscribing
 * closes it.
 *
 * ```
 *  dial   a-----| b| c------
 *  emits  -A----u--u-C------    u: undefined
 * ```
 */
export function connections$(parts: ConnectionParts): Observable<Connection | undefined> {
  const pause = new Pause(parts.clock, parts.random)
  let last: string | undefined
  return defer(() => {
    last = parts.book.next(last)
    return new Attempt(last, parts, pause).run$()
  }).pipe(repeat({ delay: () => timer(pause.next(parts.book.size), parts.clock).pipe(map(() => undefined)) }))
}
