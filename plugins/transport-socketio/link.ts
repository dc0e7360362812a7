import type { Clock } from '../../streams/contracts/clock.js'
import { MAX_MESSAGE_BYTES, type Drop } from '../../streams/contracts/transport.js'
import type { HostPort } from './address.js'
import { BackOff } from './back-off.js'
import type { Connection, PeerName } from './connection.js'
import { dial, type Call } from './dial.js'
import { Handshake, type Refusal, type Self } from './handshake.js'
import { encodeMessage } from './parser.js'
import { Session } from './session.js'
import { BOUNDS, type Settings } from './settings.js'

/** Whom a link tells. */
export interface LinkObserver {
  up(connection: Connection): void
  message(connection: Connection, message: unknown): void
  down(connection: Connection, reason: string): void
  /** A call was answered, by somebody who isn't wanted or doesn't want. */
  refused(refusal: Refusal, peer: PeerName | undefined): void
  /** A call was not answered. */
  failed(reason: string): void
  /** What waited for a call was dropped, as it failed. */
  lost(): void
  /** A connection, or the attempt at one, is gone with all that belongs to it. Comes last. */
  ended(): void
}

/** What waits for a call to be answered, and by whom, where it matters. */
interface Held {
  readonly frame: Uint8Array
  readonly id: string | undefined
}

/**
 * The outgoing connection to one address: dialled when there is something to send, at most one at a time, and never
 * before the pause after a failure is over. What is to be sent while it dials waits, up to a bound, and is dropped if
 * that fails; nothing waits between two attempts.
 */
export class Link {
  readonly #backOff: BackOff
  #call: Call | undefined
  #connection: Connection | undefined
  #held: Held[] = []
  #heldBytes = 0
  #wasRefused = false
  /** When it was last of use. */
  lastUsed: number

  constructor(
    private readonly to: HostPort,
    private readonly self: Self,
    private readonly clock: Clock,
    private readonly settings: Settings,
    private readonly observer: LinkObserver,
  ) {
    this.#backOff = new BackOff(clock, self.random)
    this.lastUsed = clock.now()
  }

  get connection(): Connection | undefined {
    return this.#connection
  }

  /** Whether it is connected, or dials. */
  get isActive(): boolean {
    return this.#call !== undefined
  }

  /** Dials, unless it is connected, dials already, or has to wait. */
  dial(expectedId: string | undefined): void {
    this.lastUsed = this.clock.now()
    if (this.#call !== undefined || !this.#backOff.isOver) return
    const handshake = new Handshake(this.self, 'dialler', expectedId)
    let session: Session | undefined
    this.#wasRefused = false
    this.#call = dial(this.to, this.clock, this.settings, {
      open: line => {
        session = new Session(line, handshake, this.settings, {
          up: connection => this.#up(connection),
          message: (connection, message) => this.#receive(connection, message),
          refused: (refusal, peer) => this.#refused(refusal, peer),
        })
        session.begin()
      },
      receive: (event, payload) => session?.receive(event, payload),
      ended: reason => this.#ended(reason),
    })
  }

  /** Keeps a message until the call that is being made is answered, or gives why it doesn't. */
  hold(message: object, id: string | undefined): Drop | undefined {
    const frame = encodeMessage(message)
    if (frame.byteLength > MAX_MESSAGE_BYTES) return { reason: 'too-large' }
    const used = this.#heldBytes + frame.byteLength
    if (used > BOUNDS.heldBytes) return { reason: 'queue-full', used, limit: BOUNDS.heldBytes }
    this.#held.push({ frame, id })
    this.#heldBytes += frame.byteLength
    return undefined
  }

  /** The peer is known to be there: there is no need to wait before dialling it. */
  encourage(): void {
    this.#backOff.reset()
  }

  end(reason: string): void {
    this.#call?.end(reason)
  }

  #up(connection: Connection): void {
    this.#call?.trust()
    this.#backOff.reset()
    this.#connection = connection
    this.observer.up(connection)
    for (const { frame, id } of this.#takeHeld())
      if (id === undefined || id === connection.peer.id) connection.send(frame)
  }

  #receive(connection: Connection, message: unknown): void {
    this.lastUsed = this.clock.now()
    this.observer.message(connection, message)
  }

  #refused(refusal: Refusal, peer: PeerName | undefined): void {
    this.#wasRefused = true
    this.observer.refused(refusal, peer)
  }

  #ended(reason: string): void {
    const connection = this.#connection
    this.#call = undefined
    this.#connection = undefined
    this.#backOff.fail()
    if (connection !== undefined) this.observer.down(connection, reason)
    else if (!this.#wasRefused) this.observer.failed(reason)
    if (this.#takeHeld().length > 0) this.observer.lost()
    this.observer.ended()
  }

  #takeHeld(): Held[] {
    const held = this.#held
    this.#held = []
    this.#heldBytes = 0
    return held
  }
}
