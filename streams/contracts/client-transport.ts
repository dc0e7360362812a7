import type { Observable } from 'rxjs'
import type { ErrorCode } from './errors.js'
import type { Member } from './member.js'

/** What a client may do. It may read whatever it may do besides. */
export interface ClientRights {
  readonly append: boolean
}

/** Whom a member lets in as a client, besides those who prove that they have the secret. */
export interface ClientGate {
  /** The web pages that may connect, by their origin. What comes from any other page is refused, since a page of anyone's could. */
  readonly origins: readonly string[]
  /** Emits once what somebody may do who shows a token, or undefined if he is turned away. Undefined where no token counts. */
  readonly authorize: ((token: string) => Observable<ClientRights | undefined>) | undefined
  /** Bytes of the largest message that a client may send. */
  readonly maxMessageBytes: number
}

/** A client that has connected to this member and was let in. */
export interface ClientConnection {
  /** Where it comes from. */
  readonly address: string
  readonly rights: ClientRights
  /** What it sends, and nobody has checked yet. Hot; completes when the connection is over. */
  readonly inbound$: Observable<unknown>
  /** Why the connection is over; empty as long as it isn't. */
  readonly reason: string
  /** Bytes that would have waited for it, once that was too much. */
  readonly excessBytes?: number | undefined
  /** Sends, or closes where more than `LIMITS.clientBacklogBytes` would wait for a client that doesn't take it. Never throws. */
  send(message: object): void
  /** Emits once and completes, as soon as no more than `LIMITS.clientAheadBytes` wait, at once if so. */
  room(): Observable<void>
  /** Closes it at once. */
  close(reason: string): void
}

/** A connection from a client's side, from when both have proven themselves. */
export interface ClientLine {
  readonly member: Member
  readonly clusterId: string
  readonly rights: ClientRights
  /** What the member sends, and nobody has checked yet. Hot. */
  readonly inbound$: Observable<unknown>
  send(message: object): void
}

/** What becomes of an attempt to connect: perhaps it is up, and in any case it is down after a while. */
export type LineEvent =
  | { readonly type: 'up'; readonly line: ClientLine }
  /** With a code where the member has refused, or is to be refused. */
  | { readonly type: 'down'; readonly reason: string; readonly code?: ErrorCode }

/** How a client reaches members. */
export interface ClientDialler {
  /** Connects, and emits what becomes of it. Completes when it is over; unsubscribing ends it at once. */
  dial(address: string): Observable<LineEvent>
}
