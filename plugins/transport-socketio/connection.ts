import type { Socket } from 'node:net'
import type { EventName } from './parser.js'

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
    private readonly maxQueueBytes: number,
  ) {
    line.onFlush(() => {
      this.#unflushed = 0
    })
  }

  /** Sends a frame, or returns false where too much waits already. */
  send(frame: Uint8Array): boolean {
    const waiting = this.#unflushed + this.line.tcp.writableLength
    if (waiting + frame.byteLength > this.maxQueueBytes) return false
    this.#unflushed += frame.byteLength
    this.line.emit('message', frame)
    return true
  }

  /** Drops the connection at once. Whoever accepted or dialled it learns of it from the socket. */
  destroy(): void {
    this.line.tcp.destroy()
  }
}
