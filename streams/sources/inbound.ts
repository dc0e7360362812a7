import { defer, filter, map, share, type Observable } from 'rxjs'
import type { Excess } from '../contracts/budget.js'
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
  dropped(over: Excess): void
}

/** Which bound it is that so much waiting would be beyond, if any. */
function excess(events: number, bytes: number): Excess | undefined {
  const { inboxMessages, inboxBytes } = LIMITS
  if (events > inboxMessages) return { used: events, limit: inboxMessages, unit: 'count' }
  return bytes > inboxBytes ? { used: bytes, limit: inboxBytes, unit: 'bytes' } : undefined
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
        const over = excess(inbox.length + 1, waitingBytes + bytes)
        if (over !== undefined) {
          notice.dropped(over)
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
