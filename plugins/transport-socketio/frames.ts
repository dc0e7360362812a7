import type { Drop } from '../../streams/contracts/transport.js'
import type { Connection } from './connection.js'
import { encodeMessage } from './parser.js'

/** What a larger frame takes is not kept. */
const KEPT_BYTES = 512 * 1024

/**
 * Makes frames in memory that is used again: mostly the system has taken all of a frame before the next is made. A frame
 * that waits has memory of its own.
 */
export class Frames {
  #memory = Buffer.alloc(0)

  /** Sends a message, or gives why it doesn't. */
  send(connection: Pick<Connection, 'isDrained' | 'send'>, message: object): Drop | undefined {
    // behind others it would wait, in no more memory than what waits is counted as
    if (!connection.isDrained()) return connection.send(encodeMessage(message))
    const drop = connection.send(encodeMessage(message, bytes => this.#take(bytes)))
    if (!connection.isDrained()) this.#memory = Buffer.alloc(0)
    return drop
  }

  #take(bytes: number): Buffer {
    if (bytes > KEPT_BYTES) return Buffer.allocUnsafe(bytes)
    if (bytes > this.#memory.byteLength) this.#memory = Buffer.allocUnsafeSlow(Math.min(KEPT_BYTES, 2 * bytes))
    return this.#memory.subarray(0, bytes)
  }
}
