import { createHash } from 'node:crypto'
import { createServer, request, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { settle } from './settle'

/** Somebody who speaks to a port without kayak's help. */
export class Stranger {
  received = Buffer.alloc(0)
  isClosed = false

  constructor(readonly stream: Duplex) {
    stream.on('data', (chunk: Buffer) => (this.received = Buffer.concat([this.received, chunk])))
    stream.on('error', () => undefined)
    stream.on('close', () => (this.isClosed = true))
  }

  /** A TCP connection. */
  static async connect(port: number): Promise<Stranger> {
    const socket: Socket = connect({ host: '127.0.0.1', port })
    const stranger = new Stranger(socket)
    await settle(() => !socket.connecting)
    return stranger
  }

  /** A WebSocket, or what comes of asking for one. */
  static async upgrade(
    port: number,
    options: { path?: string; headers?: Record<string, string> } = {},
  ): Promise<Stranger | undefined> {
    const { path = '/kayak/?EIO=4&transport=websocket', headers = {} } = options
    const key = Buffer.alloc(16).toString('base64')
    let isOver = false
    let stranger: Stranger | undefined
    const asked = request({
      host: '127.0.0.1',
      port,
      path,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': key,
        ...headers,
      },
    })
    asked.on('upgrade', (_response, socket) => (stranger = new Stranger(socket)))
    asked.on('response', response => response.resume())
    asked.on('error', () => undefined)
    asked.on('close', () => (isOver = true))
    asked.end()
    await settle(() => isOver || stranger !== undefined)
    return stranger
  }

  write(bytes: Uint8Array | string): void {
    this.stream.write(bytes)
  }

  /** One WebSocket message, masked by zeros. */
  say(payload: Uint8Array | string, opcode = typeof payload === 'string' ? 1 : 2): void {
    this.write(frameOf(Buffer.from(payload), opcode, true))
  }

  /** The payloads of the binary WebSocket messages that have arrived in full. */
  heard(): Buffer[] {
    const messages: Buffer[] = []
    for (let at = 0; at + 2 <= this.received.length;) {
      const opcode = this.received.readUInt8(at) & 15
      const short = this.received.readUInt8(at + 1) & 127
      const start = at + (short === 127 ? 10 : short === 126 ? 4 : 2)
      if (start > this.received.length) break
      const length =
        short === 127
          ? Number(this.received.readBigUInt64BE(at + 2))
          : short === 126
            ? this.received.readUInt16BE(at + 2)
            : short
      if (start + length > this.received.length) break
      if (opcode === 2) messages.push(this.received.subarray(start, start + length))
      at = start + length
    }
    return messages
  }
}

/** A WebSocket frame. */
export function frameOf(payload: Buffer, opcode: number, isMasked: boolean): Buffer {
  const mask = isMasked ? Buffer.alloc(4) : Buffer.alloc(0)
  const header = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10)
  header.writeUInt8(128 | opcode, 0)
  const flag = isMasked ? 128 : 0
  if (header.length === 2) header.writeUInt8(flag | payload.length, 1)
  else if (header.length === 4) {
    header.writeUInt8(flag | 126, 1)
    header.writeUInt16BE(payload.length, 2)
  } else {
    header.writeUInt8(flag | 127, 1)
    header.writeBigUInt64BE(BigInt(payload.length), 2)
  }
  return Buffer.concat([header, mask, payload])
}

const acceptOf = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')

/** A WebSocket server that answers whoever dials with what it is told to. */
export async function listenForDiallers(
  greet: (stranger: Stranger) => void,
): Promise<{ server: Server; port: number }> {
  const server = createServer()
  server.on('upgrade', (asked, socket) => {
    const accept = acceptOf(asked.headers['sec-websocket-key'] ?? '')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    greet(new Stranger(socket))
  })
  server.listen(0, '127.0.0.1')
  await settle(() => server.listening)
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}
