import { Subject, type Observable } from 'rxjs'
import type { MessageOf, MessageType } from '../contracts/messages/index.js'
import type { Received } from './inbound.js'

/**
 * Hands each message to those that look at all of them, and then to those that wait for its type: so that a message costs
 * what concerns it, however many others a role waits for.
 *
 * ```
 *  deliver      a--b--a--
 *  all$         a--b--a--
 *  ofType('a')  a-----a--
 * ```
 */
export class Dispatch {
  private readonly all = new Subject<Received>()
  readonly all$: Observable<Received> = this.all.asObservable()
  private readonly types = new Map<MessageType, Subject<Received>>()
  /** Counts, to tell whether a message has been delivered anew meanwhile. */
  private delivered = 0

  ofType<Type extends MessageType>(type: Type): Observable<Received<MessageOf<Type>>> {
    const known = this.types.get(type) ?? new Subject<Received>()
    this.types.set(type, known)
    // only messages of this type are put into it
    return known as Observable<Received> as Observable<Received<MessageOf<Type>>>
  }

  /** What changes the role is delivered anew to the role that it causes, and goes no further in the old one. */
  deliver(received: Received): void {
    const delivery = ++this.delivered
    this.all.next(received)
    if (delivery === this.delivered) this.types.get(received.message.type)?.next(received)
  }

  complete(): void {
    this.all.complete()
    for (const type of this.types.values()) type.complete()
  }
}
