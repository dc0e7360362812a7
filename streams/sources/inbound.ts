import { defer, filter, map, share, type Observable } from 'rxjs'
import { LIMITS } from '../contracts/limits.js'
import { decodeMessage, type Decoded, type MessageOf, type MessageType } from '../contracts/messages/index.js'
import { messageBytes } from '../contracts/messages/size.js'
import type { Inbound } from '../contracts/transport.js'
import type { Inbox } from './inbox.js'

/** Who sent a message: as proven by the transport. */
export interface Sender {
  readonly id: string
  readonly address: string
}

/** A valid message and its sender. */
export interface Received<M extends MessageOf<MessageType> = MessageOf<MessageType>> extends Decoded<M> {
  readonly from: Sender
}

/** What became of messages that were not let in. */
export interface Refused {
  refused(from: Sender, reason: string): void
  /** So many bytes, or messages, would wait. */
  dropped(waitingBytes: number): void
}

/**
 * What other members send, checked and in turn. A bad message is counted and changes nothing; while more waits than the
 * inbox may hold, further ones are dropped, as a network would.
 *
 * ```
 *  inbound$  --m--?--m--
 *  valid     --m-----m--     ? is told of
 *  inbox     ---m-----m-
 * ```
 */
export const received$ = (inbound$: Observable<Inbound>, inbox: Inbox, notice: Refused): Observable<Received> =>
  defer(() => {
    let waitingBytes = 0
    return inbound$.pipe(
      map(({ from, message }) => {
        const bytes = messageBytes(message)
        if (inbox.length >= LIMITS.inboxMessages || waitingBytes + bytes > LIMITS.inboxBytes) {
          notice.dropped(waitingBytes + bytes)
          return undefined
        }
        const checked = decodeMessage(message)
        if (!checked.ok) {
          notice.refused(from, checked.reason)
          return undefined
        }
        waitingBytes += bytes
        return { received: { ...checked.value, from }, bytes }
      }),
      filter(waiting => waiting !== undefined),
      inbox.enter(),
      map(({ received, bytes }) => {
        waitingBytes -= bytes
        return received
      }),
    )
  }).pipe(share())
