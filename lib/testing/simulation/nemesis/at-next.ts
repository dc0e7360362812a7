import { filter, take } from 'rxjs'
import type { Traffic } from '../../../../plugins/transport-memory/index.js'
import type { Message, MessageOf, MessageType } from '../../../../streams/contracts/messages/index.js'
import type { Nemesis } from './nemesis.js'

/** Traffic of one type of message. */
export interface TrafficOf<Type extends MessageType> extends Traffic {
  readonly message: MessageOf<Type>
}

/** Whether a message of a type is sent, that is meant, whether it arrives or not. */
export const isSent =
  <Type extends MessageType>(type: Type, isMeant: (traffic: TrafficOf<Type>) => boolean) =>
  (traffic: Traffic): traffic is TrafficOf<Type> =>
    // what members send are messages, and each is of the type that it says
    traffic.type === 'sent' && (traffic.message as Message).type === type && isMeant(traffic as TrafficOf<Type>)

/** Waits for the next message of a kind, and does something about it. */
export function atNext<It extends Traffic>(
  nemesis: Nemesis,
  isIt: (traffic: Traffic) => traffic is It,
  act: (traffic: It) => void,
): void
export function atNext(nemesis: Nemesis, isIt: (traffic: Traffic) => boolean, act: (traffic: Traffic) => void): void
export function atNext(nemesis: Nemesis, isIt: (traffic: Traffic) => boolean, act: (traffic: Traffic) => void): void {
  const { cluster } = nemesis
  const waiting = cluster.network.traffic$.pipe(filter(isIt), take(1)).subscribe(traffic =>
    // not while it is being delivered
    cluster.clock.schedule(() => act(traffic)),
  )
  nemesis.atEnd(() => waiting.unsubscribe())
}
