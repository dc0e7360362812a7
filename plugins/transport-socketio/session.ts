import { Connection, type Line, type PeerName } from './connection.js'
import type { Handshake, Refusal, Step } from './handshake.js'
import type { EventName } from './parser.js'
import type { Settings } from './settings.js'

/** Whom a session tells. */
export interface SessionObserver {
  /** Both sides have proven themselves. */
  up(connection: Connection): void
  message(connection: Connection, message: unknown): void
  /** One side doesn't want the other; the session is over. */
  refused(refusal: Refusal, peer: PeerName | undefined): void
}

/** One connection from its handshake on, on either side. */
export class Session {
  #connection: Connection | undefined
  #isOver = false

  constructor(
    private readonly line: Line,
    private readonly handshake: Handshake,
    private readonly settings: Settings,
    private readonly observer: SessionObserver,
  ) {}

  /** The dialler begins. */
  begin(): void {
    this.#act(this.handshake.opening)
  }

  receive(event: EventName, payload: unknown): void {
    if (this.#isOver) return
    if (this.#connection === undefined) this.#act(this.handshake.receive(event, payload))
    else if (event === 'message') this.observer.message(this.#connection, payload)
    else this.#connection.destroy()
  }

  #act(step: Step): void {
    if (step.type === 'say') this.line.emit(step.event, step.payload)
    else if (step.type === 'refused') this.#refuse(step)
    else this.#complete(step.say)
  }

  #complete(say: { readonly event: EventName; readonly payload: object } | undefined): void {
    const peer = this.handshake.peer
    if (peer === undefined) return
    if (say !== undefined) this.line.emit(say.event, say.payload)
    this.#connection = new Connection(this.line, peer, this.handshake.tongue, this.settings.maxQueueBytes)
    this.observer.up(this.#connection)
  }

  #refuse(refusal: Refusal): void {
    this.#isOver = true
    if (!refusal.isTheirs) this.line.emit('refused', { code: refusal.code, reason: refusal.reason.slice(0, 200) })
    this.line.tcp.destroySoon()
    this.observer.refused(refusal, this.handshake.peer)
  }
}
