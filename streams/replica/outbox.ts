import { LIMITS } from '../contracts/limits.js'
import type { Message } from '../contracts/messages/index.js'
import type { Peer, Transport } from '../contracts/transport.js'
import type { Disk } from './disk.js'

/**
 * What a member sends. A message promises the term and the vote of its sender, so while either is on its way to the
 * disk, messages are held and go out in order once it is there: persist before send, in one place.
 */
export class Outbox {
  private held: (readonly [Peer, Message])[] = []

  constructor(
    private readonly disk: Disk,
    private readonly transport: Transport,
  ) {}

  send(to: Peer, message: Message): void {
    if (!this.disk.voteWaits) this.transport.send(to, message)
    else if (this.held.length < LIMITS.heldMessages) this.held.push([to, message])
  }

  /** Sends what was held, once term and vote are durable. */
  release(): void {
    if (this.disk.voteWaits || this.held.length === 0) return
    const held = this.held
    this.held = []
    for (const [to, message] of held) this.transport.send(to, message)
  }
}
