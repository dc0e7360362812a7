import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { Socket as TcpSocket } from 'node:net'
import { Subject, type Observable } from 'rxjs'
import { Server, type Socket } from 'socket.io'
import type { ClientConnection, ClientGate, ClientRights } from '../../../streams/contracts/client-transport.js'
import { LIMITS } from '../../../streams/contracts/limits.js'
import { CLIENT_PATH, refusal, type ClientRefusal } from '../client/hello.js'
import { EVENTS, type Events } from '../client/parser.js'
import type { Line } from '../connection.js'
import type { Self } from '../handshake.js'
import { parser } from '../parser.js'
import type { Settings } from '../settings.js'
import { ClientLine } from './client-line.js'
import { MemberGreeting } from './greeting.js'
import { Visit } from './visit.js'

/** What a doorway needs of whoever has the port. */
export interface Porter {
  /** Whether somebody who has connected is greeted for the first time, and from where he comes. */
  greet(tcp: TcpSocket): string | undefined
  /** He was let in: bounds for strangers don't hold any more, and who he is hears when he is gone. */
  admit(tcp: TcpSocket, guest: ClientLine): void
  /** He was told that he isn't wanted. */
  turnAway(tcp: TcpSocket, refusal: ClientRefusal): void
  expel(tcp: TcpSocket, reason: string): void
}

interface EngineSocket {
  readonly request: IncomingMessage
  on(event: 'close', listener: (reason: string) => void): void
}

/** Where clients come in, on the port of members and apart from them: on a path of its own. */
export class Doorway {
  readonly #guests = new Subject<ClientConnection>()
  readonly client$: Observable<ClientConnection> = this.#guests.asObservable()
  #count = 0

  constructor(
    http: HttpServer,
    private readonly self: Self,
    private readonly gate: ClientGate,
    settings: Settings,
    private readonly porter: Porter,
  ) {
    const io = new Server<Events, Events>(http, {
      parser,
      path: CLIENT_PATH,
      serveClient: false,
      transports: ['websocket'],
      allowUpgrades: false,
      destroyUpgrade: false,
      cookie: false,
      perMessageDeflate: false,
      httpCompression: false,
      connectTimeout: settings.handshakeTimeoutMs,
      pingInterval: settings.pingMs,
      pingTimeout: settings.pingMs,
      maxHttpBufferSize: gate.maxMessageBytes,
    })
    io.on('connection', socket => this.#greet(socket))
    // what socket.io gives up, it would close politely, and wait for the other to agree
    io.engine.on('connection', (conn: EngineSocket) => {
      conn.on('close', reason => porter.expel(conn.request.socket, reason))
    })
  }

  /** Whether a page may connect. Programs name no origin, and are asked for a proof only. */
  mayCome(origin: string | undefined): boolean {
    return origin === undefined || this.gate.origins.includes(origin)
  }

  #greet(socket: Socket<Events, Events>): void {
    const tcp = socket.request.socket
    socket.on('error', error => this.porter.expel(tcp, error.message))
    socket.on('disconnect', reason => this.porter.expel(tcp, reason))
    const address = this.porter.greet(tcp)
    if (address === undefined) return this.porter.expel(tcp, 'it came in twice')
    const line: Line = {
      tcp,
      emit: (event, payload) => void socket.emit(event, payload),
      onFlush: callback => void socket.conn.on('flush', callback),
    }
    const visit = new Visit(line, new MemberGreeting(this.self, this.gate), {
      mayEnter: () => this.#mayEnter(),
      admit: rights => this.#admit(line, address, rights),
      enter: guest => this.#guests.next(guest),
      turnAway: why => this.porter.turnAway(tcp, why),
    })
    for (const event of EVENTS) socket.on(event, payload => visit.receive(event, payload))
  }

  #mayEnter(): ClientRefusal | undefined {
    if (this.#count >= LIMITS.clients)
      return refusal('KAYAK_OVERLOADED', 'this member has as many clients as it may have')
    return this.#guests.observed ? undefined : refusal('KAYAK_STOPPED', 'this member does not serve clients yet')
  }

  #admit(line: Line, address: string, rights: ClientRights): ClientLine {
    const { tcp } = line
    const guest = new ClientLine(line, address, rights, reason => this.porter.expel(tcp, reason))
    this.#count++
    tcp.once('close', () => this.#count--)
    this.porter.admit(tcp, guest)
    return guest
  }
}
