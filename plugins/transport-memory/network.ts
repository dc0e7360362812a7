import { Subject, type Observable } from 'rxjs'
import type { Clock, Random } from '../../streams/contracts/clock.js'
import { agreedVersion, apartText } from '../../streams/contracts/protocol.js'
import {
  MAX_MESSAGE_BYTES,
  type Inbound,
  type Peer,
  type Transport,
  type TransportNotice,
} from '../../streams/contracts/transport.js'
import { binaryBytes, copyMessage } from './copy.js'
import { Cuts } from './cuts.js'
import type { Endpoint } from './endpoint.js'
import { drawDelay, happens, NO_FAULTS, type Faults } from './faults.js'
import { MemoryTransport } from './transport.js'

/**
 * What a network saw of one message. `lost` is by chance, `cut` by a cut, `gone` for want of a receiver; `injected` is one that arrives again much later, or that nobody has sent.
 */
export interface Traffic {
  readonly type: 'sent' | 'delivered' | 'lost' | 'cut' | 'gone' | 'refused' | 'injected'
  readonly at: number
  /** The addresses that the two advertise. */
  readonly from: string
  readonly to: string
  readonly message: object
  /** Names the message: the same as it is sent and as it arrives, however often it does. */
  readonly number: number
  /** Of which version it is, of one that arrives; otherwise of the newest that its sender speaks. */
  readonly version?: number
}

/** What a network in memory is made with. */
export interface MemoryNetworkOptions {
  readonly clock: Clock
  readonly random: Random
  /** What goes wrong; by default nothing. */
  readonly faults?: Partial<Faults>
}

/** A message under way. */
interface Parcel {
  readonly from: Endpoint
  readonly to: Endpoint
  /** As it is on the way: of the version in which the two talk. */
  readonly message: Record<string, unknown>
  readonly version: number
  readonly number: number
}

type Refusal = Extract<TransportNotice, { type: 'peer-refused' }>

/** Why the two wouldn't talk to each other. */
function refusal(from: Endpoint, to: Endpoint, id: string | undefined): Pick<Refusal, 'code' | 'reason'> | undefined {
  if (agreedVersion(from.protocol, to.protocol) === undefined)
    return { code: 'KAYAK_VERSION', reason: apartText(from.protocol, to.protocol) }
  if (from.secret !== to.secret) return { code: 'KAYAK_NOT_AUTHORIZED', reason: 'the secrets differ' }
  if (from.clusterId !== undefined && to.clusterId !== undefined && from.clusterId !== to.clusterId)
    return { code: 'KAYAK_OTHER_CLUSTER', reason: `cluster ${from.clusterId} is not ${to.clusterId}` }
  if (id !== undefined && id !== to.id) return { code: 'KAYAK_INVALID', reason: `${to.id} answers instead of ${id}` }
  return undefined
}

/**
 * A network within one process, for tests and simulation. It has no time and no chance of its own: with the same
 * clock, seed and calls it does the same again, and nothing in it waits for a promise. Messages between two members
 * keep their order, as on a connection, but for those that `reorder` lets be overtaken.
 *
 * Faults and cuts may be changed at any time; a cut holds for what is already under way too.
 */
export class MemoryNetwork {
  readonly #clock: Clock
  readonly #random: Random
  readonly #endpoints = new Map<string, Endpoint>()
  readonly #cuts = new Cuts()
  readonly #traffic = new Subject<Traffic>()
  #faults: Faults
  #count = 0

  /** Hot: each message as it is sent and as it is delivered or isn't. Costs nothing while nobody listens. */
  readonly traffic$: Observable<Traffic> = this.#traffic.asObservable()

  constructor(options: MemoryNetworkOptions) {
    this.#clock = options.clock
    this.#random = options.random
    this.#faults = { ...NO_FAULTS, ...options.faults }
  }

  /** How many members listen on it. */
  get listeners(): number {
    return new Set(this.#endpoints.values()).size
  }

  /** What goes wrong now. */
  get faults(): Faults {
    return this.#faults
  }

  /** Changes some faults and leaves the others. */
  setFaults(faults: Partial<Faults>): void {
    this.#faults = { ...this.#faults, ...faults }
  }

  /** Messages from one address don't reach the other any more; those of the other way do. */
  cut(from: string, to: string): void {
    this.#cuts.cut(from, to)
  }

  /** Nothing gets to an address or from it. */
  isolate(address: string): void {
    this.#cuts.isolate(address)
  }

  /** Messages stay within a group. Addresses that no group names are one more; an earlier partition is over. */
  partition(groups: readonly (readonly string[])[]): void {
    this.#cuts.partition(groups)
  }

  /** Whether what one address sends doesn't reach another. */
  isCut(from: string, to: string): boolean {
    return this.#cuts.has(from, to)
  }

  /** Undoes one cut, or without arguments all cuts, isolations and partitions. Other faults stay. */
  heal(from?: string, to?: string): void {
    this.#cuts.heal(from, to)
  }

  /**
   * Lets a message arrive as if a member had sent it, now and whatever is cut: as an old one, or one that nobody sent.
   *
   * @param version - of the message; by default the newest that its receiver speaks.
   */
  inject(from: Inbound['from'], to: string, message: object, version?: number): void {
    this.#inject(from, to, message, ++this.#count, version)
  }

  /** A member's end of this network. */
  transport(): Transport {
    return new MemoryTransport({
      clock: this.#clock,
      isTaken: address => this.#endpoints.has(address),
      attach: endpoint => this.#attach(endpoint),
      detach: endpoint => this.#detach(endpoint),
      send: (from, to, message) => this.#send(from, to, message),
    })
  }

  #attach(endpoint: Endpoint): void {
    this.#endpoints.set(endpoint.address, endpoint)
    if (!this.#endpoints.has(endpoint.advertise)) this.#endpoints.set(endpoint.advertise, endpoint)
  }

  #detach(endpoint: Endpoint): void {
    for (const address of [endpoint.address, endpoint.advertise])
      if (this.#endpoints.get(address) === endpoint) this.#endpoints.delete(address)
    const { id, advertise: address } = endpoint
    for (const other of new Set(this.#endpoints.values())) {
      if (!other.forget(endpoint)) continue
      this.#clock.schedule(() => other.notify({ type: 'peer-down', id, address, reason: 'it has closed' }))
    }
  }

  #send(from: Endpoint, peer: Peer, message: object): void {
    const to = this.#find(from, peer)
    if (binaryBytes(message) > MAX_MESSAGE_BYTES) {
      this.#clock.schedule(() => from.notify({ type: 'dropped', to: peer, reason: 'too-large' }))
      return
    }
    const number = ++this.#count
    this.#tell('sent', from, to?.advertise ?? peer.address, message, number)
    if (to === undefined) this.#miss(from, peer, message, number)
    // who can't reach the other isn't refused by it either
    else if (this.#cuts.has(from.advertise, to.advertise)) this.#tell('cut', from, to.advertise, message, number)
    else if (!this.#refuse(from, to, peer, message, number)) this.#post(from, to, message, number)
  }

  /** Who listens at an address; or whoever is meant, connected already, where it has moved. */
  #find(from: Endpoint, { id, address }: Peer): Endpoint | undefined {
    const there = this.#endpoints.get(address)
    if (id === undefined || there?.id === id) return there
    return from.connected(id) ?? there
  }

  /** Nobody is there. Told once, until somebody is: a dead peer isn't an event a heartbeat. */
  #miss(from: Endpoint, peer: Peer, message: object, number: number): void {
    this.#tell('gone', from, peer.address, message, number)
    if (!from.remember(peer.address, 'missing')) return
    this.#clock.schedule(() => from.notify({ type: 'dropped', to: peer, reason: 'not-connected' }))
  }

  #refuse(from: Endpoint, to: Endpoint, peer: Peer, message: object, number: number): boolean {
    const why = refusal(from, to, peer.id)
    if (why === undefined) return false
    this.#tell('refused', from, peer.address, message, number)
    const tell = (whom: Endpoint, address: string, outgoing: boolean): void => {
      if (!whom.remember(address, `refused: ${why.code}`, outgoing)) return
      this.#clock.schedule(() => whom.notify({ type: 'peer-refused', address, outgoing, ...why }))
    }
    tell(from, peer.address, true)
    tell(to, from.advertise, false)
    return true
  }

  #post(from: Endpoint, to: Endpoint, message: object, number: number): void {
    const faults = this.#faults
    const tell = (type: Traffic['type']): void => this.#tell(type, from, to.advertise, message, number)
    const version = agreedVersion(from.protocol, to.protocol) ?? 0
    const said = from.protocol.toVersion(message, version)
    // a receiver of an older version knows nothing of the kind
    if (said === undefined) return tell('lost')
    const copy = (): Parcel => ({ from, to, message: copyMessage(said), version, number })
    if (happens(this.#random, faults.drop)) return tell('lost')
    this.#dispatch(copy())
    if (happens(this.#random, faults.duplicate)) this.#dispatch(copy())
    if (happens(this.#random, faults.replay)) this.#replay(copy())
  }

  #replay({ from, to, message, number, version }: Parcel): void {
    const later = this.#faults.replayMs * this.#random.next()
    this.#clock.schedule(() => this.#inject(from.self, to.advertise, message, number, version), later)
  }

  #inject(from: Inbound['from'], to: string, message: object, number: number, version?: number): void {
    const endpoint = this.#endpoints.get(to)
    if (endpoint === undefined) return
    this.#traffic.next({ type: 'injected', at: this.#clock.now(), from: from.address, to, message, number })
    const { protocol } = endpoint
    endpoint.receive({ from, message: protocol.fromVersion(message, version ?? protocol.newest) })
  }

  #dispatch(parcel: Parcel): void {
    const now = this.#clock.now()
    const delay = drawDelay(this.#faults, this.#random)
    const isLoose = happens(this.#random, this.#faults.reorder)
    const due = isLoose ? now + delay : parcel.from.queueBehind(parcel.to, now + delay)
    this.#clock.schedule(() => this.#deliver(parcel), due - now)
  }

  #deliver({ from, to, message, version, number }: Parcel): void {
    const tell = (type: Traffic['type']): void => this.#tell(type, from, to.advertise, message, number, version)
    if (to.isClosed || from.isClosed) return tell('gone')
    if (this.#cuts.has(from.advertise, to.advertise)) return tell('cut')
    from.up(to, version)
    to.up(from, version)
    tell('delivered')
    to.receive({ from: from.self, message: to.protocol.fromVersion(message, version) })
  }

  #tell(type: Traffic['type'], from: Endpoint, to: string, message: object, number: number, version?: number): void {
    if (!this.#traffic.observed) return
    const of = version === undefined ? {} : { version }
    this.#traffic.next({ type, at: this.#clock.now(), from: from.advertise, to, message, number, ...of })
  }
}
