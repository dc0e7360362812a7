import type { Observable } from 'rxjs'
import type { ClientConnection, ClientGate } from './client-transport.js'
import type { Clock, Random } from './clock.js'
import type { Protocol } from './protocol.js'

/** Whom to send to: by address, and where the id is known only to the member that has it. */
export interface Peer {
  readonly id: string | undefined
  readonly address: string
}

/** What arrives: who sent it, as proven at the handshake, and a message that nobody has checked yet. */
export interface Inbound {
  readonly from: { readonly id: string; readonly address: string }
  readonly message: unknown
}

/** Why a message was not sent. */
export type DropReason = 'not-connected' | 'queue-full' | 'too-large'

/** That a message was not sent, and what of it would have been over a limit. */
export interface Drop {
  readonly reason: DropReason
  /** Bytes that would have waited, and how many may: of `queue-full`, where the transport knows. */
  readonly used?: number
  readonly limit?: number
}

/** What a transport tells of its connections. */
export type TransportNotice =
  /** With the version in which the two talk. */
  | { readonly type: 'peer-up'; readonly id: string; readonly address: string; readonly version: number }
  | { readonly type: 'peer-down'; readonly id: string | undefined; readonly address: string; readonly reason: string }
  | {
      readonly type: 'peer-refused'
      /** Where this member has dialled; for one who has dialled in, what he says, which proves nothing. */
      readonly address: string
      /** Whether this member has dialled. */
      readonly outgoing: boolean
      readonly code: 'KAYAK_NOT_AUTHORIZED' | 'KAYAK_OTHER_CLUSTER' | 'KAYAK_VERSION' | 'KAYAK_INVALID'
      readonly reason: string
    }
  | ({ readonly type: 'dropped'; readonly to: Peer } & Drop)
  /** Somebody was turned away who wanted to come in as a client. */
  | {
      readonly type: 'client-refused'
      /** Where he has come from. */
      readonly address: string
      readonly code: 'KAYAK_NOT_AUTHORIZED' | 'KAYAK_VERSION' | 'KAYAK_INVALID' | 'KAYAK_OVERLOADED' | 'KAYAK_STOPPED'
      readonly reason: string
    }

/** As whom a transport is opened. */
export interface TransportOptions {
  readonly memberId: string
  /** Undefined for a joiner that doesn't know it yet: it is let in, and `identify` tells it later. */
  readonly clusterId: string | undefined
  /** `host:port` to listen on; port 0 takes a free one. */
  readonly bind: string
  /** What others dial; undefined for the bound address (127.0.0.1 where all interfaces are bound). */
  readonly advertise: string | undefined
  /** Proven by challenge and response, never sent. */
  readonly secret: string | undefined
  /**
   * What this member speaks. At the handshake each side says its oldest and newest version, and the two talk in the newest
   * that both speak; where there is none they refuse each other with `KAYAK_VERSION`. What one says further and only a
   * later version knows is ignored. With a secret nobody in between can make them talk in an older one.
   */
  readonly protocol: Protocol
  readonly clock: Clock
  readonly random: Random
  /** Whom it lets in as clients; without it nobody. A transport that has no `clients$` lets nobody in anyway. */
  readonly clients?: ClientGate | undefined
}

/** Where a transport listens, and what others dial. */
export interface Bound {
  readonly address: string
  readonly advertise: string
}

/**
 * Carries one-way messages between members: unordered, lossy, at most bounded in size and in what waits. Requests and
 * replies are matched above it. Messages are plain objects of numbers, strings, booleans, arrays, plain objects and
 * `Uint8Array`s; each names its group.
 *
 * To whom sends and receives, messages are of the newest version that it speaks: the transport puts them into that of a
 * connection by `protocol.toVersion` before they go out on it, and back by `protocol.fromVersion` when they arrive.
 */
export interface Transport {
  /** Listens, and emits where. Fails with `KAYAK_ADDRESS_IN_USE`. */
  open(options: TransportOptions): Observable<Bound>
  /** Hot; completes when the transport closes. A message arrives as its own copy. */
  readonly inbound$: Observable<Inbound>
  /** Hot; completes when the transport closes. */
  readonly notices$: Observable<TransportNotice>
  /** Clients from outside the cluster, as they come in; who comes while nobody listens is turned away. Hot. */
  readonly clients$?: Observable<ClientConnection>
  /** Tells which cluster this member has joined; connections made before go on under it. */
  identify(clusterId: string): void
  /**
   * Sends, dialling first if need be; what can't be sent is dropped. Whoever has the id and is connected gets it, at
   * whichever address: a member that has moved dials those who only know where it was. Never throws, never emits
   * synchronously.
   */
  send(to: Peer, message: object): void
  /** Closes all connections and stops listening. Idempotent. */
  close(): Observable<never>
}

/** Bytes of the largest message that a transport must carry, framing included. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
