import { catchError, concat, defer, EMPTY, endWith, finalize, ignoreElements, merge, mergeMap, Observable } from 'rxjs'
import { of, takeUntil, tap, throwError } from 'rxjs'
import { decodeAsked, failureOf, type Asked, type Told } from '../../../streams/contracts/client-messages/index.js'
import type { ClientConnection } from '../../../streams/contracts/client-transport.js'
import { isKayakError, KayakError } from '../../../streams/contracts/errors.js'
import { LIMITS } from '../../../streams/contracts/limits.js'
import { append$ } from './append.js'
import { Credit } from './credit.js'
import { Line } from './line.js'
import type { ServedHost } from './parts.js'
import { read$ } from './read.js'
import type { Share } from './share.js'
import { told$ } from './standing.js'
import { download$, follow$, snapshot$ } from './streams.js'

/** A request that isn't answered yet. */
interface UnderWay {
  readonly bytes: number
  readonly credit: Credit | undefined
  readonly cancel: () => void
  readonly fail: (error: KayakError) => void
}

type Request = Exclude<Asked, { type: 'more' | 'cancel' }>

const isStream = ({ type }: Request): boolean => type === 'follow' || type === 'download'

const bytesOf = (asked: Request): number => (asked.type === 'append' ? asked.payload.byteLength : 0)

const asKayakError = (cause: unknown): KayakError =>
  isKayakError(cause) ? cause : new KayakError('KAYAK_INTERNAL', 'A member has failed.', { cause, outcome: 'unknown' })

/** To go on with at another member. */
const stopped = (cause?: KayakError): KayakError =>
  new KayakError('KAYAK_STOPPED', 'The member has stopped.', { cause, outcome: cause?.outcome ?? 'rejected' })

/** One client: what it has asked for and isn't answered yet, within its bounds. */
class ServedClient {
  private readonly underWay = new Map<number, UnderWay>()
  private readonly line: Line
  private bytes = 0
  private streams = 0

  constructor(
    private readonly host: ServedHost,
    private readonly connection: ClientConnection,
    private readonly share: Share,
  ) {
    this.line = new Line(connection)
  }

  answer$(plain: unknown): Observable<Told> {
    const asked = decodeAsked(plain)
    if (!asked.ok) return this.hangUp(`it says what no client says: ${asked.reason}`)
    const message = asked.value
    const known = this.underWay.get(message.id)
    // what was answered meanwhile is no fault
    if (message.type === 'more') return this.more$(known)
    if (message.type === 'cancel') known?.cancel()
    else return known === undefined ? this.request$(message) : this.hangUp('it gives two requests one number')
    return EMPTY
  }

  /** Sends a client elsewhere with what it waits for. An append may have taken effect: it is asked for by its name again. */
  dismiss(reason: string): void {
    const outcome = 'unknown'
    for (const { fail } of [...this.underWay.values()])
      fail(new KayakError('KAYAK_STOPPED', `Here ${reason}.`, { outcome }))
    this.connection.close(reason)
  }

  private more$(known: UnderWay | undefined): Observable<never> {
    if (known?.credit?.earn() !== false) return EMPTY
    return this.hangUp('it takes what it was not sent')
  }

  private hangUp(reason: string): Observable<never> {
    this.connection.close(reason)
    return EMPTY
  }

  private request$(asked: Request): Observable<Told> {
    return defer(() => {
      this.host.check()
      this.admit(asked)
      const credit = isStream(asked) ? new Credit() : undefined
      return this.do$(asked, credit).pipe(takeUntil(this.enter$(asked, credit)))
    }).pipe(catchError((error: unknown) => of(failureOf(asked.id, this.failure(error)))))
  }

  private do$(asked: Request, credit = new Credit()): Observable<Told> {
    const { host, connection, line } = this
    switch (asked.type) {
      case 'append':
        return append$(host, connection.rights, asked)
      case 'read':
        return read$(host, asked)
      case 'follow':
        // it has no end but the member's
        return concat(
          follow$(host, asked, { credit, line }),
          throwError(() => stopped()),
        )
      case 'snapshot':
        return snapshot$(host, asked)
      case 'download':
        return download$(host, asked, { credit, line })
    }
  }

  /** What a member fails by is its own affair: to its clients it has stopped. */
  private failure(cause: unknown): KayakError {
    const error = asKayakError(cause)
    const isSaid = error.code === 'KAYAK_STOPPED' || error.code === 'KAYAK_REMOVED'
    return this.host.member.stopped && !isSaid ? stopped(error) : error
  }

  private admit(asked: Request): void {
    const { budgets } = this.host.member.replica.parts
    const refuse = (budget: 'client-requests' | 'client-pending', used: number, limit: number): void => {
      if (used <= limit) return
      budgets.over(budget, used, limit)
      const why = `This client waits for too much already (the budget "${budget}" of the member).`
      throw new KayakError('KAYAK_OVERLOADED', why, { budget })
    }
    refuse('client-requests', this.underWay.size + 1, LIMITS.clientRequests)
    refuse('client-pending', this.bytes + bytesOf(asked), LIMITS.clientRequestBytes)
    this.share.admit(bytesOf(asked))
    if (isStream(asked)) refuse('client-requests', this.streams + 1, LIMITS.clientStreams)
  }

  /** Counts a request as long as it is subscribed to; emits when the client wants its answer no more. */
  private enter$(asked: Request, credit: Credit | undefined): Observable<void> {
    return new Observable(subscriber => {
      const bytes = bytesOf(asked)
      this.underWay.set(asked.id, {
        bytes,
        credit,
        cancel: () => subscriber.next(),
        fail: error => subscriber.error(error),
      })
      this.bytes += bytes
      this.share.enter(bytes)
      this.streams += isStream(asked) ? 1 : 0
      return () => {
        this.underWay.delete(asked.id)
        this.bytes -= bytes
        this.share.leave(bytes)
        this.streams -= isStream(asked) ? 1 : 0
      }
    })
  }
}

/** Serves one client until its connection is over. */
export const serveClient$ = (host: ServedHost, connection: ClientConnection, share: Share): Observable<never> =>
  defer(() => {
    const { replica } = host.member
    const { address, rights, inbound$ } = connection
    const client = new ServedClient(host, connection, share)
    replica.tell({ type: 'client-up', address, mayAppend: rights.append })
    const dismissed$ = host.leaving$.pipe(
      tap(() => client.dismiss('this member leaves its cluster')),
      ignoreElements(),
    )
    return merge(told$(host), inbound$.pipe(mergeMap(plain => client.answer$(plain))), dismissed$).pipe(
      takeUntil(inbound$.pipe(ignoreElements(), endWith(undefined))),
      tap(told => connection.send(told)),
      ignoreElements(),
      // no client takes another one with it
      catchError((error: unknown) => {
        connection.close(`this member has failed: ${String(error)}`)
        return EMPTY
      }),
      finalize(() => {
        const { reason, excessBytes } = connection
        if (excessBytes !== undefined)
          replica.parts.budgets.over('client-backlog', excessBytes, LIMITS.clientBacklogBytes)
        replica.tell({ type: 'client-down', address, reason })
      }),
    )
  })
