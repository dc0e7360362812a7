import { Agent } from 'node:http'
import type { Socket as TcpSocket } from 'node:net'
import type { Subscription } from 'rxjs'
import { Manager, type Socket } from 'socket.io-client'
import type { Clock } from '../../streams/contracts/clock.js'
import { MAX_MESSAGE_BYTES } from '../../streams/contracts/transport.js'
import { formatAddress, type HostPort } from './address.js'
import { isSound, type EnginePacket } from './client/sound.js'
import type { Line } from './connection.js'
import { EVENTS, parser, type EventName, type Events } from './parser.js'
import { connectTo } from './reading.js'
import { BOUNDS, PATH, type Settings } from './settings.js'

/** Whom a call tells, until it has ended. */
export interface CallObserver {
  /** There is a connection; nobody has proven himself yet. */
  open(line: Line): void
  receive(event: EventName, payload: unknown): void
  /** It is over, and its socket is gone. */
  ended(reason: string): void
}

/** A connection that is being made, or has been. */
export interface Call {
  /** The handshake is over: the bounds for strangers don't hold any more. */
  trust(): void
  /** Ends it at once. */
  end(reason: string): void
}

/** Makes one connection and keeps its socket, which socket.io doesn't hand out. */
class OneSocket extends Agent {
  tcp: TcpSocket | undefined

  constructor(
    private readonly to: HostPort,
    private readonly made: (tcp: TcpSocket) => void,
  ) {
    super()
  }

  override createConnection(): TcpSocket {
    this.tcp = connectTo(this.to)
    this.made(this.tcp)
    return this.tcp
  }
}

/** What socket.io's client takes on Node, though its types, which are made for browsers too, don't name all of it. */
function managerOptions(agent: Agent, settings: Settings): object {
  return {
    parser,
    path: PATH,
    transports: ['websocket'],
    upgrade: false,
    autoConnect: false,
    reconnection: false,
    timeout: settings.handshakeTimeoutMs,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    agent,
  }
}

/** Calls an address. Tells nothing before it has returned. */
export function dial(to: HostPort, clock: Clock, settings: Settings, observer: CallObserver): Call {
  return new SocketioCall(to, clock, settings, observer)
}

class SocketioCall implements Call {
  readonly #socket: Socket<Events, Events>
  readonly #agent: OneSocket
  readonly #deadline: Subscription
  #reason: string | undefined
  #isTrusted = false
  #hasEnded = false

  constructor(
    to: HostPort,
    private readonly clock: Clock,
    settings: Settings,
    private readonly observer: CallObserver,
  ) {
    this.#agent = new OneSocket(to, tcp => this.#watch(tcp))
    const manager = new Manager(`http://${formatAddress(to)}`, managerOptions(this.#agent, settings))
    this.#socket = manager.socket('/')
    this.#deadline = clock.schedule(() => this.end('the handshake took too long'), settings.handshakeTimeoutMs)
    this.#socket.once('connect', () => this.#open())
    this.#socket.once('disconnect', reason => this.end(reason))
    this.#socket.once('connect_error', error => this.end(error.message))
    for (const event of EVENTS) this.#socket.on(event, payload => this.observer.receive(event, payload))
    this.#socket.connect()
    manager.engine.on('packet', (packet: EnginePacket) => this.#screen(packet))
  }

  trust(): void {
    this.#isTrusted = true
    this.#deadline.unsubscribe()
  }

  end(reason: string): void {
    this.#reason ??= reason
    this.#deadline.unsubscribe()
    this.#socket.disconnect()
    if (this.#agent.tcp === undefined) this.clock.schedule(() => this.#ended())
    else this.#agent.tcp.destroy()
  }

  #open(): void {
    const { tcp } = this.#agent
    if (tcp === undefined) return
    this.observer.open({
      tcp,
      emit: (event, payload) => void this.#socket.emit(event, payload),
      onFlush: callback => void this.#socket.io.engine.on('flush', callback),
    })
  }

  #watch(tcp: TcpSocket): void {
    let earlierBytes = 0
    // the welcome may be in this very piece, and what follows it
    const count = ({ byteLength }: Uint8Array): void => {
      if (this.#isTrusted) tcp.off('data', count)
      else if (earlierBytes > BOUNDS.strangerBytes) this.end('it sent too much before proving itself')
      earlierBytes += byteLength
    }
    tcp.on('data', count)
    tcp.on('error', error => (this.#reason ??= error.message))
    tcp.once('close', () => this.#ended())
  }

  /** Makes an unsound packet one without a meaning, for want of another way to keep it from being read. */
  #screen(packet: EnginePacket): void {
    if (isSound(packet)) return
    packet.type = 'noop'
    this.end('it speaks something else')
  }

  #ended(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.end('it was lost')
    this.observer.ended(this.#reason ?? 'it was lost')
  }
}
