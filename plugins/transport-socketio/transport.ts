import type { AddressInfo } from 'node:net'
import { interval, Observable, ReplaySubject, Subject, switchMap, type Subscriber, type Subscription } from 'rxjs'
import type { ClientConnection } from '../../streams/contracts/client-transport.js'
import { KayakError } from '../../streams/contracts/errors.js'
import type {
  Bound,
  Inbound,
  Peer,
  Transport,
  TransportNotice,
  TransportOptions,
} from '../../streams/contracts/transport.js'
import { Acceptor } from './acceptor.js'
import { bindTo, formatAddress, isAllInterfaces, parseAddress } from './address.js'
import type { Self } from './handshake.js'
import { Mesh } from './mesh.js'
import { Notices } from './notices.js'
import type { Settings } from './settings.js'

/** What there is of an open transport. */
interface Opened {
  readonly self: Self
  readonly mesh: Mesh
  readonly acceptor: Acceptor
}

/** What others dial, where it isn't said: the host as given, on the port that was taken. */
function advertised(bind: string, port: number): string {
  const host = parseAddress(bind)?.host ?? ''
  return formatAddress({ host: isAllInterfaces(host) ? '127.0.0.1' : host, port })
}

/** Opens and closes; what is between is the {@link Mesh}. It can be opened once. */
export class SocketioTransport implements Transport {
  readonly #inbound = new Subject<Inbound>()
  readonly #opening = new ReplaySubject<Opened>(1)
  readonly #notices = new Notices()
  readonly #closed = new Subject<never>()
  readonly inbound$: Observable<Inbound> = this.#inbound.asObservable()
  readonly notices$: Observable<TransportNotice> = this.#notices.notices$
  readonly clients$: Observable<ClientConnection> = this.#opening.pipe(switchMap(({ acceptor }) => acceptor.client$))
  #state: 'new' | 'opening' | 'open' | 'closing' = 'new'
  #opened: Opened | undefined
  #sweep: Subscription | undefined
  #clusterId: string | undefined

  constructor(private readonly settings: Settings) {}

  open(options: TransportOptions): Observable<Bound> {
    return new Observable<Bound>(subscriber => {
      try {
        this.#open(options, subscriber)
      } catch (error) {
        subscriber.error(error)
      }
      return () => {
        if (this.#state === 'opening') this.#close()
      }
    })
  }

  identify(clusterId: string): void {
    this.#clusterId = clusterId
    if (this.#opened !== undefined) this.#opened.self.clusterId = clusterId
  }

  send(to: Peer, message: object): void {
    if (this.#state === 'open') this.#opened?.mesh.send(to, message)
  }

  close(): Observable<never> {
    return new Observable<never>(subscriber => {
      this.#close()
      return this.#closed.subscribe(subscriber)
    })
  }

  #open(options: TransportOptions, subscriber: Subscriber<Bound>): void {
    if (this.#state === 'closing') throw new KayakError('KAYAK_STOPPED', 'The transport is closed.')
    if (this.#state !== 'new') throw new KayakError('KAYAK_INVALID', 'The transport is open already.')
    const to = bindTo(options.bind, options.secret !== undefined || this.settings.insecure)
    const opened = this.#assemble(options)
    this.#state = 'opening'
    this.#opened = opened
    opened.acceptor.listen(to, result => {
      if (this.#state === 'closing') {
        subscriber.error(new KayakError('KAYAK_STOPPED', 'The transport was closed while it opened.'))
        this.#release(opened)
      } else if (result instanceof KayakError) {
        this.#state = 'new'
        this.#opened = undefined
        subscriber.error(result)
      } else this.#listens(options, opened, result, subscriber)
    })
  }

  #assemble(options: TransportOptions): Opened {
    const { clock, random, secret, protocol } = options
    const clusterId = this.#clusterId ?? options.clusterId
    const self: Self = { id: options.memberId, address: '', secret, clusterId, random, protocol }
    this.#notices.start(clock)
    const mesh = new Mesh(self, clock, this.settings, this.#notices, inbound => this.#inbound.next(inbound))
    return { self, mesh, acceptor: new Acceptor(self, clock, this.settings, mesh, options.clients) }
  }

  #listens(options: TransportOptions, opened: Opened, at: AddressInfo, subscriber: Subscriber<Bound>): void {
    const advertise = options.advertise ?? advertised(options.bind, at.port)
    opened.self.address = advertise
    this.#state = 'open'
    this.#opening.next(opened)
    this.#sweep = interval(this.settings.idleTimeoutMs / 4, options.clock).subscribe(() => opened.mesh.sweep())
    subscriber.next({ address: formatAddress({ host: at.address, port: at.port }), advertise })
    subscriber.complete()
  }

  #close(): void {
    if (this.#state === 'closing') return
    const wasOpening = this.#state === 'opening'
    this.#state = 'closing'
    this.#sweep?.unsubscribe()
    this.#inbound.complete()
    this.#notices.complete()
    // While it opens, there is nothing yet that could be closed: the callback of `listen` goes on from here.
    if (this.#opened === undefined) this.#closed.complete()
    else if (!wasOpening) this.#release(this.#opened)
  }

  #release({ mesh, acceptor }: Opened): void {
    acceptor.close(() => mesh.close(() => this.#closed.complete()))
  }
}
