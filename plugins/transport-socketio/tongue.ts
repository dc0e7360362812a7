import type { Protocol } from '../../streams/contracts/protocol.js'
import { decodeMessage, encodeMessage } from './parser.js'

/** The version in which two members talk. Both speak to the rest of this transport in their newest one. */
export class Tongue {
  constructor(
    private readonly protocol: Protocol,
    readonly version: number,
  ) {}

  /**
   * The frame of a message as the other side knows it; undefined where it knows nothing of the kind. It is taken apart
   * for older peers only: what waits while a connection is made is framed before anyone knows what the peer speaks.
   */
  say(frame: Uint8Array): Uint8Array | undefined {
    if (this.version === this.protocol.newest) return frame
    const said = this.protocol.toVersion(decodeMessage(frame), this.version)
    return said && encodeMessage(said)
  }

  hear(message: unknown): unknown {
    return this.version === this.protocol.newest ? message : this.protocol.fromVersion(message, this.version)
  }
}
