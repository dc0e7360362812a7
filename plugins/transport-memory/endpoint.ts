import { Subject } from 'rxjs'
import type { Protocol } from '../../streams/contracts/protocol.js'
import type { Inbound, TransportNotice, TransportOptions } from '../../streams/contracts/transport.js'

/** A member that listens on a network, and what it knows of the others. */
export class Endpoint {
  readonly inbound = new Subject<Inbound>()
  readonly notices = new Subject<TransportNotice>()
  readonly id: string
  readonly advertise: string
  readonly self: { readonly id: string; readonly address: string }
  readonly secret: string | undefined
  readonly protocol: Protocol
  clusterId: string | undefined
  isClosed = false

  /** By address, who is connected or in which state it is otherwise. */
  readonly #peers = new Map<string, Endpoint | string>()
  /** By the address that they say to have, in which state those are who were not let in. */
  readonly #strangers = new Map<string, string>()
  /** When the last message to each of the others arrives. */
  readonly #lastDue = new Map<Endpoint, number>()

  constructor(
    readonly address: string,
    options: TransportOptions,
    clusterId: string | undefined,
  ) {
    this.id = options.memberId
    this.advertise = options.advertise ?? address
    this.self = { id: this.id, address: this.advertise }
    this.secret = options.secret
    this.protocol = options.protocol
    this.clusterId = clusterId
  }

  /** Keeps a message that would arrive at `due` behind those sent to the same member before. */
  queueBehind(to: Endpoint, due: number): number {
    const later = Math.max(due, this.#lastDue.get(to) ?? 0)
    this.#lastDue.set(to, later)
    return later
  }

  /** Notes in which state a peer is, or somebody who turned up by himself; whether that is news. */
  remember(address: string, state: string, outgoing = true): boolean {
    const states = outgoing ? this.#peers : this.#strangers
    if (states.get(address) === state) return false
    states.set(address, state)
    return true
  }

  isUp(peer: Endpoint): boolean {
    return this.#peers.get(peer.advertise) === peer
  }

  /** Who has this id, of those who are connected; of several the one that came last. */
  connected(id: string): Endpoint | undefined {
    const peers = [...this.#peers.values()].filter(peer => typeof peer !== 'string')
    return peers.findLast(peer => peer.id === id && !peer.isClosed)
  }

  /** A peer is connected, and the two talk in this version. */
  up(peer: Endpoint, version: number): void {
    if (this.isUp(peer)) return
    this.#peers.set(peer.advertise, peer)
    this.#strangers.delete(peer.advertise)
    this.notify({ type: 'peer-up', id: peer.id, address: peer.advertise, version })
  }

  /** Forgets a peer that is gone; whether it was connected. */
  forget(peer: Endpoint): boolean {
    this.#lastDue.delete(peer)
    return this.isUp(peer) && this.#peers.delete(peer.advertise)
  }

  notify(notice: TransportNotice): void {
    if (!this.isClosed) this.notices.next(notice)
  }

  receive(inbound: Inbound): void {
    this.inbound.next(inbound)
  }
}
