import type { Socket } from 'node:net'
import { MAX_MESSAGE_BYTES, type Drop } from '../../streams/contracts/transport.js'
import type { EventName } from './parser.js'
import type { Tongue } from './tongue.js'

/** What a connection needs of socket.io, on either side. */
export interface Line {
  readonly tcp: Socket
  emit(event: EventName, payload: unknown): void
  /** Calls back whenever all that waits above the socket is handed to it. */
  onFlush(callback: () => void): void
}

export interface PeerName {
  readonly id: string
  readonly address: string
}

/** A connection whose two sides have proven themselves. */
export class Connection {
  /** Bytes that socket.io still holds; those that the socket holds, it counts itself. */
  #unflushed = 0

  constructor(
    private readonly line: Line,
    readonly peer: PeerName,
    readonly tongue: Tongue,
    private readonly maxQueueBytes: number,
  ) {
    line.onFlush(() => {
      this.#unflushed = 0
    })
  }

  /** Whether the system has all that was sent. */
  isDrained(): boolean {
    return this.#unflushed + this.line.tcp.writableLength === 0
  }

  /** Sends the frame of a message, in the version in which the two talk, or gives why it doesn't. */
  send(message: Uint8Array): Drop | undefined {
    const frame = this.tongue.say(message)
    if (frame === undefined) return undefined
    if (frame.byteLength > MAX_MESSAGE_BYTES) return { reason: 'too-large' }
    const used = this.#unflushed + this.line.tcp.writableLength + frame.byteLength
    if (used > this.maxQueueBytes) return { reason: 'queue-full', used, limit: this.maxQueueBytes }
    this.#unflushed += frame.byteLength
    this.line.emit('message', frame)
    return undefined
  }

  /** Drops the connection at once. Whoever accepted or dialled it learns of it from the socket. */
  destroy(): void {
    this.line.tcp.destroy()
  }
}
