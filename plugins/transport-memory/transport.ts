import { Observable, Subject, type Subscription } from 'rxjs'
import type { Clock } from '../../streams/contracts/clock.js'
import { KayakError } from '../../streams/contracts/errors.js'
import type {
  Bound,
  Inbound,
  Peer,
  Transport,
  TransportNotice,
  TransportOptions,
} from '../../streams/contracts/transport.js'
import { chooseAddress } from './addresses.js'
import { Endpoint } from './endpoint.js'

/** What a transport needs of its network. */
export interface Switchboard {
  readonly clock: Clock
  isTaken(address: string): boolean
  attach(endpoint: Endpoint): void
  detach(endpoint: Endpoint): void
  send(from: Endpoint, to: Peer, message: object): void
}

/** One member's end of a network within the process. It can be opened once. */
export class MemoryTransport implements Transport {
  readonly #inbound = new Subject<Inbound>()
  readonly #notices = new Subject<TransportNotice>()
  readonly inbound$: Observable<Inbound> = this.#inbound.asObservable()
  readonly notices$: Observable<TransportNotice> = this.#notices.asObservable()
  #state: 'new' | 'open' | 'closed' = 'new'
  #endpoint: Endpoint | undefined
  #clusterId: string | undefined

  constructor(private readonly switchboard: Switchboard) {}

  open(options: TransportOptions): Observable<Bound> {
    return new Observable<Bound>(subscriber =>
      this.switchboard.clock.schedule(() => {
        try {
          subscriber.next(this.#listen(options))
          subscriber.complete()
        } catch (error) {
          subscriber.error(error)
        }
      }),
    )
  }

  #listen(options: TransportOptions): Bound {
    if (this.#state === 'closed') throw new KayakError('KAYAK_STOPPED', 'The transport is closed.')
    if (this.#state === 'open') throw new KayakError('KAYAK_INVALID', 'The transport is open already.')
    const isTaken = (address: string): boolean => this.switchboard.isTaken(address)
    const address = chooseAddress(options.bind, isTaken)
    if (isTaken(address)) throw new KayakError('KAYAK_ADDRESS_IN_USE', `${address} is taken.`)
    this.#state = 'open'
    const endpoint = new Endpoint(address, options, this.#clusterId ?? options.clusterId)
    endpoint.inbound.subscribe(this.#inbound)
    endpoint.notices.subscribe(this.#notices)
    this.#endpoint = endpoint
    this.switchboard.attach(endpoint)
    return { address, advertise: endpoint.advertise }
  }

  identify(clusterId: string): void {
    this.#clusterId = clusterId
    if (this.#endpoint !== undefined) this.#endpoint.clusterId = clusterId
  }

  send(to: Peer, message: object): void {
    if (this.#endpoint !== undefined && this.#state === 'open') this.switchboard.send(this.#endpoint, to, message)
  }

  close(): Observable<never> {
    return new Observable<never>(subscriber => {
      this.#stop()
      const done: Subscription = this.switchboard.clock.schedule(() => subscriber.complete())
      return done
    })
  }

  #stop(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    if (this.#endpoint !== undefined) {
      this.#endpoint.isClosed = true
      this.switchboard.detach(this.#endpoint)
    }
    this.#inbound.complete()
    this.#notices.complete()
  }
}
