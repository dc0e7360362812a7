import type { Clock } from '../../streams/contracts/clock.js'
import type { Drop, Inbound, Peer } from '../../streams/contracts/transport.js'
import type { AcceptorObserver } from './acceptor.js'
import { parseAddress } from './address.js'
import type { Connection } from './connection.js'
import { Frames } from './frames.js'
import type { Self } from './handshake.js'
import { Link, type LinkObserver } from './link.js'
import type { Notices } from './notices.js'
import { Peers } from './peers.js'
import { BOUNDS, type Settings } from './settings.js'

/** All connections of a member, and what is sent and received over them. */
export class Mesh implements AcceptorObserver {
  readonly #peers = new Peers()
  readonly #frames = new Frames()
  readonly #links = new Map<string, Link>()
  #ended: (() => void) | undefined

  constructor(
    private readonly self: Self,
    private readonly clock: Clock,
    private readonly settings: Settings,
    private readonly notices: Notices,
    private readonly receive: (inbound: Inbound) => void,
  ) {}

  /**
   * Sends by a connection that the peer has made, or by one to its address, which is dialled in any case; or by one to
   * another address, where the peer has moved and only some know it.
   */
  send(to: Peer, message: object): void {
    const link = this.#linkTo(to.address)
    link?.dial(to.id)
    const there = link?.connection
    const isOther = there !== undefined && to.id !== undefined && there.peer.id !== to.id
    const connection = this.#peers.accepted(to.id) ?? (isOther ? undefined : there) ?? this.#peers.any(to.id)
    if (connection === undefined && isOther) return this.#miss(to, there)
    if (connection === undefined && link?.isActive !== true) return this.#drop(to, { reason: 'not-connected' })
    const drop = connection === undefined ? link?.hold(message, to.id) : this.#frames.send(connection, message)
    if (drop !== undefined) this.#drop(to, drop)
  }

  /** Closes outgoing connections that nobody uses, so that members that are gone aren't dialled for ever. */
  sweep(): void {
    const now = this.clock.now()
    for (const [address, link] of this.#links) {
      if (now - link.lastUsed < this.settings.idleTimeoutMs) continue
      if (link.isActive) link.end('nothing was sent for a while')
      else this.#links.delete(address)
    }
  }

  /** Ends all outgoing connections and calls back once they are gone. */
  close(callback: () => void): void {
    this.#ended = callback
    for (const link of this.#links.values()) link.end('this member stops')
    this.#checkEnd()
  }

  up(connection: Connection): void {
    this.#peers.accept(connection)
    this.#links.get(connection.peer.address)?.encourage()
    this.#join(connection)
  }

  message(connection: Connection, message: unknown): void {
    this.receive({ from: connection.peer, message: connection.tongue.hear(message) })
  }

  down(connection: Connection, reason: string): void {
    if (this.#peers.remove(connection)) this.notices.tell({ type: 'peer-down', ...connection.peer, reason })
  }

  refused({ code, reason }: Parameters<AcceptorObserver['refused']>[0], address: string): void {
    this.notices.tellRarely(`turned away ${code}`, untold => ({
      type: 'peer-refused',
      address,
      outgoing: false,
      code,
      reason: reason + untold,
    }))
  }

  refusedClient({ code, reason }: Parameters<AcceptorObserver['refusedClient']>[0], address: string): void {
    this.notices.tellRarely(`turned away a client ${code}`, untold => ({
      type: 'client-refused',
      address,
      code,
      reason: reason + untold,
    }))
  }

  #join(connection: Connection): void {
    if (this.#peers.add(connection)) this.#tellUp(connection)
  }

  #tellUp({ peer, tongue: { version } }: Connection): void {
    this.notices.tell({ type: 'peer-up', ...peer, version })
  }

  #linkTo(address: string): Link | undefined {
    const link = this.#links.get(address)
    if (link !== undefined) return link
    const to = parseAddress(address)
    if (to === undefined || to.host === '' || to.port === 0 || this.#links.size >= BOUNDS.links) return undefined
    const made = new Link(to, this.self, this.clock, this.settings, this.#observe(address))
    this.#links.set(address, made)
    return made
  }

  #observe(address: string): LinkObserver {
    const failure = `no answer ${address}`
    return {
      up: connection => {
        this.notices.forget(failure)
        this.#join(connection)
      },
      message: (connection, message) => this.message(connection, message),
      down: (connection, reason) => this.down(connection, reason),
      refused: ({ code, reason }) =>
        this.notices.tellRarely(`refused ${address} ${code}`, untold => ({
          type: 'peer-refused',
          address,
          outgoing: true,
          code,
          reason: reason + untold,
        })),
      failed: reason => this.notices.tellRarely(failure, () => ({ type: 'peer-down', id: undefined, address, reason })),
      lost: () => this.#drop({ id: undefined, address }, { reason: 'not-connected' }),
      ended: () => this.#checkEnd(),
    }
  }

  /** Somebody else has the address now. */
  #miss(to: Peer, { peer }: Connection): void {
    this.notices.tellRarely(`other id ${to.address}`, untold => ({
      type: 'peer-refused',
      address: to.address,
      outgoing: true,
      code: 'KAYAK_INVALID',
      reason: `it is ${peer.id}, not ${String(to.id)}${untold}`,
    }))
  }

  #drop(to: Peer, drop: Drop): void {
    this.notices.tellRarely(`dropped ${to.address} ${drop.reason}`, () => ({ type: 'dropped', to, ...drop }))
  }

  #checkEnd(): void {
    if (this.#ended === undefined || [...this.#links.values()].some(link => link.isActive)) return
    this.#ended()
    this.#ended = undefined
  }
}
