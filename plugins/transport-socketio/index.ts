import type { Transport } from '../../streams/contracts/transport.js'
import { DEFAULTS, type SocketioOptions } from './settings.js'
import { SocketioTransport } from './transport.js'

export type { SocketioOptions } from './settings.js'

/**
 * The default transport: socket.io over WebSockets, one binary WebSocket message for each of kayak's.
 *
 * Members connect to each other lazily, at the first message, and a pair that talks both ways soon has two connections,
 * one of each direction. Both sides prove that they have the cluster's secret before a message passes, by a keyed hash
 * over a fresh number of each; the secret is never sent. Messages themselves are neither encrypted nor signed: where
 * somebody could change what is on the wire, put it into a tunnel. A secret should be long and random, since whoever
 * answers at an address that a member dials can try guesses on what he hears.
 *
 * Without a secret only loopback can be bound, unless `insecure` is set; `:port` then means loopback only.
 */
export const socketioTransport = (options: SocketioOptions = {}): Transport =>
  new SocketioTransport({ ...DEFAULTS, ...options })
