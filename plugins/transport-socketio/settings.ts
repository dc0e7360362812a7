import { MAX_MESSAGE_BYTES } from '../../streams/contracts/transport.js'

const KiB = 1024
const MiB = 1024 * KiB

/** What may be set about a socket.io transport. Durations are in milliseconds. */
export interface SocketioOptions {
  /** Listen on other interfaces than loopback although there is no secret. Default: false. */
  readonly insecure?: boolean
  /** What may wait on one connection to be sent; what would exceed it is dropped. Default: 32 MiB. */
  readonly maxQueueBytes?: number
  /** How long a connection may take until both sides have proven themselves. Default: 5,000. */
  readonly handshakeTimeoutMs?: number
  /** After how long without a message an outgoing connection is closed. Default: 60,000. */
  readonly idleTimeoutMs?: number
  /** How often a connection is checked, and how long the answer may take. Default: 5,000 each. */
  readonly pingMs?: number
}

export type Settings = Required<SocketioOptions>

export const DEFAULTS: Settings = {
  insecure: false,
  maxQueueBytes: 2 * MAX_MESSAGE_BYTES,
  handshakeTimeoutMs: 5000,
  idleTimeoutMs: 60_000,
  pingMs: 5000,
}

/** Bounds that are no option. */
export const BOUNDS = {
  /** What a connection may send before it has proven itself: headers and a handshake. */
  strangerBytes: 64 * KiB,
  /** Connections that have not proven themselves yet; beyond it the oldest is closed. */
  strangers: 64,
  /** Accepted connections, of all kinds. */
  connections: 1024,
  /** Connections accepted from one member; beyond it the oldest is closed. */
  connectionsOfPeer: 4,
  /** Outgoing links that are remembered; beyond it the one used longest ago is closed. */
  links: 1024,
  /** What waits for a connection that is being made. */
  heldBytes: 1 * MiB,
  /** Pause before dialling again: doubled from the least to the most, drawn from the upper half. */
  leastBackOffMs: 50,
  mostBackOffMs: 2000,
  /** The same notice is told this often at most. */
  noticeEveryMs: 5000,
} as const

/** Where the WebSocket is asked for: exactly this, with no session to go on with. */
export const PATH = '/kayak'
export const REQUEST_URL = `${PATH}/?EIO=4&transport=websocket`
