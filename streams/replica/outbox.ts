import { LIMITS } from '../contracts/limits.js'
import type { Message } from '../contracts/messages/index.js'
import { messageBytes } from '../contracts/messages/size.js'
import type { Peer, Transport } from '../contracts/transport.js'
import type { Budgets } from './budgets.js'
import type { Disk } from './disk.js'

/**
 * What a member sends. A message promises the term and the vote of its sender, so while either is on its way to the
 * disk, messages are held and go out in order once it is there: persist before send, in one place.
 */
export class Outbox {
  private held: (readonly [Peer, Message])[] = []
  private heldBytes = 0

  constructor(
    private readonly disk: Disk,
    private readonly transport: Transport,
    private readonly budgets: Budgets,
  ) {}

  send(to: Peer, message: Message): void {
    if (!this.disk.voteWaits) this.transport.send(to, message)
    else this.hold(to, message)
  }

  /** Sends what was held, once term and vote are durable. */
  release(): void {
    if (this.disk.voteWaits || this.held.length === 0) return
    const held = this.held
    this.held = []
    this.heldBytes = 0
    for (const [to, message] of held) this.transport.send(to, message)
  }

  /** What is over the limit is dropped, as a network would. */
  private hold(to: Peer, message: Message): void {
    const bytes = messageBytes(message)
    const count = this.held.length + 1
    if (count > LIMITS.heldMessages) return this.budgets.over('held', count, LIMITS.heldMessages, { unit: 'count' })
    if (this.heldBytes + bytes > LIMITS.heldBytes)
      return this.budgets.over('held', this.heldBytes + bytes, LIMITS.heldBytes)
    this.held.push([to, message])
    this.heldBytes += bytes
  }
}
