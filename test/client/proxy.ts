import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'

/** What TLS shows. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

const TO_MEMBER = /^\/members\/(\d+)(\/.*)$/

/** The request as it goes on, by a path of the member's own. */
function requestText({ method, rawHeaders }: IncomingMessage, path: string): string {
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1] ?? ''}`] : []))
  return [`${method ?? 'GET'} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n')
}

/** What stands before members: it has one port, a path for each of them, and TLS or not. */
export class Proxy {
  /** How many connections went through. */
  passed = 0
  private readonly sockets = new Set<Socket>()

  private constructor(
    private readonly server: Server,
    private readonly protocol: 'ws' | 'wss',
  ) {
    server.on('connection', (socket: Socket) => this.keep(socket))
    server.on('upgrade', (request, socket: Socket, head: Buffer) => this.pass(request, socket, head))
  }

  static async open(certificate?: Certificate): Promise<Proxy> {
    const server = certificate === undefined ? createServer() : createSecureServer(certificate)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return new Proxy(server, certificate === undefined ? 'ws' : 'wss')
  }

  /** Where a member's path begins. */
  get base(): string {
    // a server on TCP has an address with a port
    const { port } = this.server.address() as AddressInfo
    return `${this.protocol}://127.0.0.1:${String(port)}/members/`
  }

  url(address: string): string {
    return this.base + String(address.split(':').at(-1))
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise(resolve => this.server.close(resolve))
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket)
    socket.on('error', () => socket.destroy()).once('close', () => this.sockets.delete(socket))
  }

  private pass(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const [, port, path = '/'] = TO_MEMBER.exec(request.url ?? '') ?? []
    if (port === undefined) return void socket.destroy()
    this.passed++
    const member = connect(Number(port), '127.0.0.1')
    this.keep(member)
    member.write(requestText(request, path))
    member.write(head)
    member.pipe(socket).pipe(member)
    member.once('close', () => socket.destroy())
    socket.on('error', () => member.destroy()).once('close', () => member.destroy())
  }
}
