import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http'
import type { AddressInfo, Socket as TcpSocket } from 'node:net'
import { Server, type Socket } from 'socket.io'
import { NEVER, type Observable, type Subscription } from 'rxjs'
import type { ClientConnection, ClientGate } from '../../streams/contracts/client-transport.js'
import type { Clock } from '../../streams/contracts/clock.js'
import { KayakError } from '../../streams/contracts/errors.js'
import { MAX_MESSAGE_BYTES } from '../../streams/contracts/transport.js'
import type { HostPort } from './address.js'
import { CLIENT_REQUEST_URL, type ClientRefusal } from './client/hello.js'
import type { ClientLine } from './clients/client-line.js'
import { Doorway, type Porter } from './clients/doorway.js'
import type { Connection, PeerName } from './connection.js'
import { Handshake, type Refusal, type Self } from './handshake.js'
import { EVENTS, parser, type Events } from './parser.js'
import { Session } from './session.js'
import { BOUNDS, PATH, REQUEST_URL, type Settings } from './settings.js'

/** Whom an acceptor tells. */
export interface AcceptorObserver {
  up(connection: Connection): void
  message(connection: Connection, message: unknown): void
  down(connection: Connection, reason: string): void
  /** Somebody was turned away, or went before having proven himself. */
  refused(refusal: Pick<Refusal, 'code' | 'reason'>, address: string): void
  /** The same, of who came to where clients come in. */
  refusedClient(refusal: Pick<ClientRefusal, 'code' | 'reason'>, address: string): void
}

/** Somebody who has connected. */
interface Visitor {
  readonly address: string
  readonly deadline: Subscription
  connection: Connection | undefined
  guest: ClientLine | undefined
  /** Whether it has come to where clients come in. */
  isClient: boolean
  /** Why it ends, where that is known before it does. */
  reason: string | undefined
  isGreeted: boolean
  wasTold: boolean
}

/** What is used of engine.io's socket, whose types aren't this package's to import. */
interface EngineSocket {
  readonly request: IncomingMessage
  on(event: 'close', listener: (reason: string) => void): void
}

const GARBAGE = 'it went without a handshake'

/** Whether it has proven itself, or was let in otherwise. */
const isTrusted = ({ connection, guest }: Visitor): boolean => connection !== undefined || guest !== undefined

/** Listens, and lets in whoever proves himself. Everything else on the port is closed, counted and told. */
export class Acceptor {
  readonly #http: HttpServer
  readonly #visitors = new Map<TcpSocket, Visitor>()
  readonly #doorway: Doorway | undefined
  #isClosed = false

  constructor(
    private readonly self: Self,
    private readonly clock: Clock,
    private readonly settings: Settings,
    private readonly observer: AcceptorObserver,
    gate: ClientGate | undefined,
  ) {
    this.#http = createServer({ maxHeaderSize: 8192 })
    this.#http.maxConnections = BOUNDS.connections
    this.#attach()
    this.#doorway = gate && new Doorway(this.#http, self, gate, settings, this.#porter())
    this.#http.on('connection', tcp => this.#visit(tcp))
    // Only WebSockets are spoken here: neither polling nor a page.
    this.#http
      .removeAllListeners('request')
      .on('request', request => this.#expel(request.socket, 'it asked for a page'))
    this.#http.prependListener('upgrade', request => this.#screen(request))
    this.#http.on('clientError', (error, stream) => stream.destroy(error))
  }

  /** Clients from outside the cluster, as they are let in. */
  get client$(): Observable<ClientConnection> {
    return this.#doorway?.client$ ?? NEVER
  }

  /** Calls back with where it listens, or with why it can't. */
  listen({ host, port }: HostPort, callback: (result: AddressInfo | KayakError) => void): void {
    const fail = (cause: NodeJS.ErrnoException): void => {
      const where = host === '' ? `:${port}` : `${host}:${port}`
      const isTaken = cause.code === 'EADDRINUSE'
      const text = isTaken ? `${where} is taken.` : `${where} can't be listened on: ${cause.message}.`
      callback(new KayakError(isTaken ? 'KAYAK_ADDRESS_IN_USE' : 'KAYAK_INVALID', text, { cause }))
    }
    this.#http.once('error', fail)
    this.#http.listen(host === '' ? { port } : { host, port }, () => {
      this.#http.off('error', fail)
      // It can't fail a connection once it listens; what fails while accepting one is that one's loss.
      this.#http.on('error', () => undefined)
      const address = this.#http.address()
      if (address === null || typeof address === 'string') return callback(new KayakError('KAYAK_STOPPED', 'Closed.'))
      callback(address)
    })
  }

  /** Calls back once all connections are gone and the port is free. It must have begun to listen, or have failed to. */
  close(callback: () => void): void {
    this.#isClosed = true
    // One that never listened is an error, which is no news here. socket.io follows its HTTP server.
    this.#http.close(() => callback())
    for (const tcp of this.#visitors.keys()) tcp.destroy()
  }

  #attach(): void {
    const io = new Server<Events, Events>(this.#http, {
      parser,
      path: PATH,
      serveClient: false,
      transports: ['websocket'],
      allowUpgrades: false,
      destroyUpgrade: false,
      cookie: false,
      perMessageDeflate: false,
      httpCompression: false,
      connectTimeout: this.settings.handshakeTimeoutMs,
      pingInterval: this.settings.pingMs,
      pingTimeout: this.settings.pingMs,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
    })
    io.on('connection', socket => this.#greet(socket))
    // What socket.io gives up, it would close politely, and wait for the other to agree.
    io.engine.on('connection', (conn: EngineSocket) => {
      conn.on('close', reason => this.#expel(conn.request.socket, reason))
    })
  }

  #visit(tcp: TcpSocket): void {
    if (this.#isClosed) return void tcp.destroy()
    const address = `${tcp.remoteAddress ?? 'unknown'}:${tcp.remotePort ?? 0}`
    const deadline = this.clock.schedule(
      () => this.#expel(tcp, 'the handshake took too long'),
      this.settings.handshakeTimeoutMs,
    )
    const visitor: Visitor = {
      address,
      deadline,
      connection: undefined,
      guest: undefined,
      isClient: false,
      reason: undefined,
      isGreeted: false,
      wasTold: false,
    }
    this.#visitors.set(tcp, visitor)
    tcp.setNoDelay(true)
    tcp.on('error', error => (visitor.reason ??= error.message))
    tcp.once('close', () => this.#leave(tcp, visitor))
    this.#makeRoom()
  }

  /** Of too many strangers the one that has been here longest goes: those who can prove themselves do it at once. */
  #makeRoom(): void {
    let strangers = 0
    let oldest: TcpSocket | undefined
    for (const [tcp, visitor] of this.#visitors) {
      if (isTrusted(visitor)) continue
      strangers++
      oldest ??= tcp
    }
    if (oldest !== undefined && strangers > BOUNDS.strangers) this.#expel(oldest, 'there are too many strangers')
  }

  #expel(tcp: TcpSocket, reason: string): void {
    const visitor = this.#visitors.get(tcp)
    if (visitor !== undefined) visitor.reason ??= reason
    tcp.destroy()
  }

  /**
   * Lets nothing but a new WebSocket pass, of a member or of a client. Browsers name an origin: no page may speak as a
   * member, and as a client only one that is listed.
   */
  #screen(request: IncomingMessage): void {
    const tcp = request.socket
    const { origin } = request.headers
    const doorway = request.url === CLIENT_REQUEST_URL ? this.#doorway : undefined
    if (doorway === undefined && (request.url !== REQUEST_URL || origin !== undefined)) {
      // What isn't socket.io's own path is left alone by it.
      request.url = '/'
      return this.#expel(tcp, 'it asked for something else than a member')
    }
    if (doorway?.mayCome(origin) === false) {
      request.url = '/'
      return this.#expelPage(tcp, origin)
    }
    this.#measure(tcp, doorway !== undefined)
  }

  /** Counts what a stranger sends, until he has proven himself. */
  #measure(tcp: TcpSocket, isClient: boolean): void {
    const visitor = this.#visitors.get(tcp)
    if (visitor !== undefined) visitor.isClient = isClient
    const count = (): void => {
      if (visitor !== undefined && isTrusted(visitor)) tcp.off('data', count)
      else if (tcp.bytesRead > BOUNDS.strangerBytes) this.#expel(tcp, 'it sent too much before proving itself')
    }
    tcp.on('data', count)
  }

  #expelPage(tcp: TcpSocket, origin = ''): void {
    const visitor = this.#visitors.get(tcp)
    const reason = `pages from ${origin.slice(0, 100)} may not come in`
    if (visitor !== undefined) this.#turnAwayClient(visitor, { code: 'KAYAK_NOT_AUTHORIZED', reason })
    this.#expel(tcp, reason)
  }

  #porter(): Porter {
    const to = (tcp: TcpSocket, tell: (visitor: Visitor) => void): void => {
      const visitor = this.#visitors.get(tcp)
      if (visitor !== undefined) tell(visitor)
    }
    return {
      greet: tcp => {
        const visitor = this.#visitors.get(tcp)
        if (visitor === undefined || visitor.isGreeted) return undefined
        visitor.isGreeted = true
        return visitor.address
      },
      admit: (tcp, guest) =>
        to(tcp, visitor => {
          visitor.guest = guest
          visitor.deadline.unsubscribe()
        }),
      turnAway: (tcp, refusal) => to(tcp, visitor => this.#turnAwayClient(visitor, refusal)),
      expel: (tcp, reason) => this.#expel(tcp, reason),
    }
  }

  #turnAwayClient(visitor: Visitor, refusal: Pick<ClientRefusal, 'code' | 'reason'>): void {
    visitor.wasTold = true
    this.observer.refusedClient(refusal, visitor.address)
  }

  #greet(socket: Socket<Events, Events>): void {
    const tcp = socket.request.socket
    const visitor = this.#visitors.get(tcp)
    // Without a listener an 'error' event would end the process.
    socket.on('error', error => visitor && (visitor.reason ??= error.message))
    socket.on('disconnect', reason => this.#expel(tcp, reason))
    if (visitor === undefined || visitor.isGreeted) return this.#expel(tcp, 'it came in twice')
    visitor.isGreeted = true
    const line = {
      tcp,
      emit: (event: keyof Events, payload: unknown) => void socket.emit(event, payload),
      onFlush: (callback: () => void) => void socket.conn.on('flush', callback),
    }
    const session = new Session(line, new Handshake(this.self, 'acceptor'), this.settings, {
      up: connection => this.#admit(visitor, connection),
      message: (connection, message) => this.observer.message(connection, message),
      refused: (refusal, peer) => this.#turnAway(visitor, refusal, peer),
    })
    for (const event of EVENTS) socket.on(event, payload => session.receive(event, payload))
  }

  #admit(visitor: Visitor, connection: Connection): void {
    visitor.connection = connection
    visitor.deadline.unsubscribe()
    this.observer.up(connection)
  }

  #turnAway(visitor: Visitor, refusal: Refusal, peer: PeerName | undefined): void {
    visitor.wasTold = true
    this.observer.refused(refusal, peer?.address ?? visitor.address)
  }

  #leave(tcp: TcpSocket, visitor: Visitor): void {
    this.#visitors.delete(tcp)
    visitor.deadline.unsubscribe()
    const refusal = { code: 'KAYAK_INVALID', reason: visitor.reason ?? GARBAGE } as const
    if (visitor.connection !== undefined) this.observer.down(visitor.connection, visitor.reason ?? 'it was lost')
    else if (visitor.guest !== undefined) visitor.guest.ended(visitor.reason ?? 'it was lost')
    else if (!visitor.wasTold && visitor.isClient) this.observer.refusedClient(refusal, visitor.address)
    else if (!visitor.wasTold) this.observer.refused(refusal, visitor.address)
  }
}
