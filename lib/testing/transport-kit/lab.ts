import assert from 'node:assert/strict'
import type { Clock, Random } from '../../../streams/contracts/clock.js'
import type { Protocol, Versions } from '../../../streams/contracts/protocol.js'
import type {
  Bound,
  Inbound,
  Peer,
  Transport,
  TransportNotice,
  TransportOptions,
} from '../../../streams/contracts/transport.js'

/** Where transports are tried: one is made for each test. */
export interface TransportLab {
  /** A new, unopened transport, in the same network as the others of this lab. */
  transport(): Transport
  readonly clock: Clock
  readonly random: Random
  /** Lets time pass until the predicate holds, and fails if it never does. */
  settle(predicate: () => boolean): Promise<void>
}

/** Makes the network in which one test is run. */
export type MakeTransportLab = () => TransportLab

export const CLUSTER = 'c'.repeat(32)
export const OTHER_CLUSTER = 'd'.repeat(32)

/** The id of the test's member `name`, a hexadecimal digit. */
export const idOf = (name: string): string => name.repeat(32)

const isObject = (message: unknown): message is object => typeof message === 'object' && message !== null

/** A protocol in which a message shows what it was made into, and older versions have nothing that is `unheardOf`. */
export const speaking = (versions: Versions): Protocol => ({
  ...versions,
  toVersion: (message, version) => {
    if (version === versions.newest) return message
    return 'unheardOf' in message ? undefined : { ...message, said: version }
  },
  fromVersion: (message, version) =>
    version === versions.newest || !isObject(message) ? message : { ...message, heard: version },
})

/** A transport under test, with all that it has told. */
export class Station {
  readonly inbound: Inbound[] = []
  readonly notices: TransportNotice[] = []
  bound: Bound = { address: '', advertise: '' }
  openError: unknown
  isOpen = false
  isClosed = false
  isInboundComplete = false
  isNoticesComplete = false

  constructor(
    readonly transport: Transport,
    readonly id: string,
    private readonly lab: TransportLab,
  ) {
    transport.inbound$.subscribe({
      next: inbound => void this.inbound.push(inbound),
      complete: () => (this.isInboundComplete = true),
    })
    transport.notices$.subscribe({
      next: notice => void this.notices.push(notice),
      complete: () => (this.isNoticesComplete = true),
    })
  }

  get peer(): Peer {
    return { id: this.id, address: this.bound.advertise }
  }

  /** Opens and waits for it; what it fails with is kept. */
  async open(options: Partial<TransportOptions> = {}): Promise<void> {
    const all: TransportOptions = {
      memberId: this.id,
      clusterId: CLUSTER,
      bind: '127.0.0.1:0',
      advertise: undefined,
      secret: undefined,
      protocol: speaking({ oldest: 1, newest: 1 }),
      clock: this.lab.clock,
      random: this.lab.random,
      ...options,
    }
    this.transport.open(all).subscribe({
      next: bound => (this.bound = bound),
      error: (error: unknown) => (this.openError = error),
      complete: () => (this.isOpen = true),
    })
    await this.lab.settle(() => this.isOpen || this.openError !== undefined)
  }

  async close(): Promise<void> {
    this.transport.close().subscribe({ complete: () => (this.isClosed = true) })
    await this.lab.settle(() => this.isClosed)
  }

  /** The messages that have a field of this value. */
  received(tag: string): Inbound[] {
    return this.inbound.filter(({ message }) => isTagged(message, tag))
  }

  get refused(): Extract<TransportNotice, { type: 'peer-refused' }>[] {
    return this.notices.filter(notice => notice.type === 'peer-refused')
  }

  refusals(): string[] {
    return this.refused.map(({ code }) => code)
  }
}

const isTagged = (message: unknown, tag: string): boolean =>
  typeof message === 'object' && message !== null && 'tag' in message && message.tag === tag

/** All stations of one test, closed whether it succeeds or not. */
export class Bench {
  readonly #stations: Station[] = []
  #count = 0

  constructor(readonly lab: TransportLab) {}

  /** A station that is not open yet. */
  station(name: string): Station {
    const station = new Station(this.lab.transport(), idOf(name), this.lab)
    this.#stations.push(station)
    return station
  }

  async open(name: string, options: Partial<TransportOptions> = {}): Promise<Station> {
    const station = this.station(name)
    await station.open(options)
    assert.equal(station.openError, undefined, `${name} doesn't open: ${String(station.openError)}`)
    return station
  }

  /**
   * Sends until it arrives, as kayak does, since a transport may drop what it has no connection for yet: again each
   * time that the receiver or the sender has told of something, and as time passes.
   */
  async deliver(from: Station, to: Station, fields: object = {}, peer: Peer = to.peer): Promise<Inbound> {
    const tag = `delivery ${this.#count++}`
    let arrived: Inbound | undefined
    let nextTry = -Infinity
    await this.lab.settle(() => {
      arrived = to.received(tag)[0]
      const isDue = this.lab.clock.now() >= nextTry
      if (arrived === undefined && isDue) {
        from.transport.send(peer, { ...fields, tag })
        nextTry = this.lab.clock.now() + 20
        // In virtual time it is this that lets time pass.
        this.lab.clock.schedule(() => undefined, 20)
      }
      return arrived !== undefined
    })
    assert.ok(arrived !== undefined)
    return arrived
  }

  /** Sends again and again, until something is so that isn't an arrival. */
  async provoke(from: Station, to: Peer, message: object, predicate: () => boolean): Promise<void> {
    let nextTry = -Infinity
    await this.lab.settle(() => {
      if (predicate()) return true
      if (this.lab.clock.now() < nextTry) return false
      from.transport.send(to, message)
      nextTry = this.lab.clock.now() + 20
      this.lab.clock.schedule(() => undefined, 20)
      return false
    })
  }

  async dispose(): Promise<void> {
    for (const station of this.#stations) await station.close()
  }
}

/** The fields of what has arrived, without the tag by which it was known. */
export function fieldsOf({ message }: Inbound): Record<string, unknown> {
  assert.ok(typeof message === 'object' && message !== null)
  const fields: Record<string, unknown> = { ...message }
  delete fields['tag']
  return fields
}

/** The error code of what a station failed to open with. */
export const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : error
