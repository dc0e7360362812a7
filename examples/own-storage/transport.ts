/**
 * A transport of one's own, over TCP. What makes it one: messages may get lost, but never to somebody else; who has proven
 * to know the secret is believed, and nobody else; and everything that waits or comes in has a limit.
 *
 * What it leaves to the reader: it dials whenever there is something to send, without a pause after it was refused, and
 * it notices that another machine has lost its power only when TCP does.
 */
import { once } from 'node:events'
import { connect, createServer, isIP, type AddressInfo, type Socket } from 'node:net'
import { deserialize, serialize } from 'node:v8'
import { ignoreElements, Subject, type Observable } from 'rxjs'
import {
  KayakError,
  MAX_MESSAGE_BYTES,
  type Bound,
  type DropReason,
  type Inbound,
  type Peer,
  type Transport,
  type TransportNotice,
  type TransportOptions,
} from 'kayak'
import { frame, meet, Refusal, say, type Met, type Self } from './handshake.js'
import { cold } from './records.js'

const MAX_HELLO_BYTES = 4096
const MAX_WAITING_BYTES = 2 * MAX_MESSAGE_BYTES
const MAX_CONNECTIONS = 256
const HANDSHAKE_MS = 5000

/** A connection on which both sides have proven who they are. */
interface Link extends Met {
  readonly socket: Socket
}

function placeOf(address: string): { readonly host: string; readonly port: number } {
  const [, host = '', port] = /^\[?([^[\]]*)\]?:(\d{1,5})$/.exec(address) ?? []
  if (port === undefined) throw new KayakError('KAYAK_INVALID', `'${address}' is no address.`)
  return { host: host === '' ? '127.0.0.1' : host, port: Number(port) }
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host)

/** Cuts what arrives into frames; each has its length before it. */
async function* framesOf(socket: Socket, limit: { bytes: number }): AsyncGenerator<Buffer> {
  let [chunks, length]: [Buffer[], number] = [[], 0]
  // a socket without an encoding gives buffers
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    for (;;) {
      if (length < 4) break
      if ((chunks[0]?.length ?? 0) < 4) chunks = [Buffer.concat(chunks)]
      const size = chunks[0]?.readUInt32BE() ?? 0
      if (size > limit.bytes) throw new Error(`sends ${size} bytes at once`)
      if (length < 4 + size) break
      const [all = Buffer.alloc(0)] = chunks.length === 1 ? chunks : [Buffer.concat(chunks)]
      chunks = [all.subarray(4 + size)]
      length -= 4 + size
      yield all.subarray(4, 4 + size)
    }
  }
}

export class TcpTransport implements Transport {
  private readonly inbound = new Subject<Inbound>()
  private readonly notices = new Subject<TransportNotice>()
  readonly inbound$ = this.inbound.asObservable()
  readonly notices$ = this.notices.asObservable()
  private readonly server = createServer({ noDelay: true }, socket => void this.serve(socket))
  private readonly sockets = new Set<Socket>()
  private readonly dialling = new Set<string>()
  private links: readonly Link[] = []
  private options: TransportOptions | undefined
  private self: Self | undefined
  private clusterId: string | undefined
  private listening: Promise<unknown> | undefined
  private isClosed = false

  open(options: TransportOptions): Observable<Bound> {
    return cold(async () => {
      this.refuseIfClosed()
      if (this.listening !== undefined) throw new KayakError('KAYAK_INVALID', 'The transport is open already.')
      const { host, port } = placeOf(options.bind)
      if (options.secret === undefined && !isLoopback(host))
        throw new KayakError('KAYAK_INVALID', `Without a secret nobody but this machine is let in, and not ${host}.`)
      this.server.maxConnections = MAX_CONNECTIONS
      this.listening = once(this.server.listen(port, host), 'listening')
      await this.listening.catch((cause: unknown) => {
        throw new KayakError('KAYAK_ADDRESS_IN_USE', `Nobody can listen on ${options.bind}.`, { cause })
      })
      this.refuseIfClosed()
      return this.opened(options, host)
    })
  }

  identify(clusterId: string): void {
    this.clusterId = clusterId
    if (this.self !== undefined) this.self.clusterId = clusterId
  }

  send(to: Peer, message: object): void {
    if (this.options === undefined || this.isClosed) return
    const link = this.links.findLast(({ peer }) =>
      to.id === undefined ? peer.address === to.address : peer.id === to.id,
    )
    if (link === undefined) {
      this.drop(to, 'not-connected')
      return this.dial(to)
    }
    const said = this.options.protocol.toVersion(message, link.version)
    if (said === undefined) return
    const bytes = frame(serialize(said))
    if (bytes.length > MAX_MESSAGE_BYTES) return this.drop(to, 'too-large')
    if (link.socket.writableLength + bytes.length > MAX_WAITING_BYTES) return this.drop(to, 'queue-full')
    link.socket.write(bytes)
  }

  close(): Observable<never> {
    return cold(async () => {
      this.isClosed = true
      await this.listening?.catch(() => undefined)
      for (const socket of this.sockets) socket.destroy()
      if (this.server.listening) await new Promise(resolve => this.server.close(resolve))
      this.inbound.complete()
      this.notices.complete()
    }).pipe(ignoreElements())
  }

  private refuseIfClosed(): void {
    if (this.isClosed) throw new KayakError('KAYAK_STOPPED', 'The transport is closed.')
  }

  private opened(options: TransportOptions, host: string): Bound {
    // it listens on TCP
    const { port } = this.server.address() as AddressInfo
    const address = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`
    const { memberId: id, secret, protocol: versions, random, advertise = address } = options
    this.self = { id, address: advertise, clusterId: this.clusterId ?? options.clusterId, secret, versions, random }
    this.options = options
    return { address, advertise }
  }

  /** Dials, unless it is being dialled already. What was to be sent is gone; kayak will try again. */
  private dial(to: Peer): void {
    const name = `${to.id ?? ''} ${to.address}`
    if (this.dialling.has(name) || this.dialling.size >= MAX_CONNECTIONS) return
    try {
      const socket = connect({ ...placeOf(to.address), noDelay: true })
      this.dialling.add(name)
      void this.serve(socket, to).finally(() => this.dialling.delete(name))
    } catch {
      // what is no address is nobody's
    }
  }

  /** Looks after a connection from its beginning to its end. */
  private async serve(socket: Socket, dialled?: Peer): Promise<void> {
    const { self, options } = this
    if (self === undefined || options === undefined || this.isClosed) return void socket.destroy()
    const limit = { bytes: MAX_HELLO_BYTES }
    this.sockets.add(socket)
    socket.on('error', () => undefined) // what it was is said by the frames
    const deadline = options.clock.schedule(() => void socket.destroy(), HANDSHAKE_MS)
    const frames = framesOf(socket, limit)
    try {
      const met = await meet(socket, frames, self, dialled)
      deadline.unsubscribe()
      limit.bytes = MAX_MESSAGE_BYTES
      await this.listen({ ...met, socket }, frames, options)
    } catch (error) {
      if (error instanceof Refusal) this.refuse(error, socket, dialled)
      else socket.destroy()
    } finally {
      deadline.unsubscribe()
      this.sockets.delete(socket)
    }
  }

  private async listen(link: Link, frames: AsyncIterable<Buffer>, { protocol }: TransportOptions): Promise<void> {
    const { peer, version } = link
    const isThere = (): boolean => this.links.some(one => one.peer.id === peer.id)
    if (!isThere()) this.notices.next({ type: 'peer-up', ...peer, version })
    this.links = [...this.links, link]
    let reason = 'closed'
    try {
      for await (const bytes of frames)
        this.inbound.next({ from: peer, message: protocol.fromVersion(deserialize(bytes), version) })
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error)
    } finally {
      link.socket.destroy()
      this.links = this.links.filter(one => one !== link)
      if (!isThere()) this.notices.next({ type: 'peer-down', ...peer, reason })
    }
  }

  private refuse({ code, message, isTheirs }: Refusal, socket: Socket, dialled: Peer | undefined): void {
    if (!isTheirs) say(socket, { code, reason: message })
    socket.destroySoon()
    const outgoing = dialled !== undefined
    const address = dialled?.address ?? `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`
    this.notices.next({ type: 'peer-refused', address, outgoing, code, reason: message })
  }

  /** Tells it later: who sends isn't called back meanwhile. */
  private drop(to: Peer, reason: DropReason): void {
    queueMicrotask(() => this.notices.next({ type: 'dropped', to, reason }))
  }
}
