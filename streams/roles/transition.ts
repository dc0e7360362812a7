import type { Observable } from 'rxjs'
import type { StepDownReason } from '../contracts/events.js'
import type { Replica } from '../replica/replica.js'
import type { Received, Sender } from '../sources/inbound.js'

/** Why a role ends and what follows it. The message that causes a transition is handled by the role that it causes. */
export type Transition =
  | {
      readonly to: 'follower'
      readonly term: number
      readonly leader: Sender | undefined
      readonly why: StepDownReason
      readonly message?: Received
    }
  | { readonly to: 'candidate'; readonly why: 'timeout' | 'transfer' }
  | { readonly to: 'leader' }

/**
 * A role is a stream: subscribing enters it, its one emission is the transition that ends it, and unsubscribing
 * releases every timer and request of it.
 */
export type Role = (replica: Replica, entered: Transition) => Observable<Transition>
