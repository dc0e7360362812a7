import type { Message } from '../../../streams/contracts/messages/index.js'
import { FRAME_BYTES, type Sent } from '../invariants/traffic-within-budgets.js'

const SECOND_MS = 1000

interface Chunk {
  readonly at: number
  readonly bytes: number
}

/** How much lives of members have sent lately of what has a budget, as seen on the wire. */
export class TrafficOfLives {
  private readonly bursts = new Map<string, Chunk>()
  private readonly chunks = new Map<string, readonly Chunk[]>()

  /** What a member answers makes room for more. */
  heard(life: string, from: string): void {
    this.bursts.delete(`${life} ${from}`)
  }

  sending(life: string, to: string, message: Message, at: number): Sent {
    const entries = message.type === 'append-entries' ? this.burst(life, to, message.entries.byteLength, at) : 0
    const chunks = message.type === 'install-snapshot' ? this.second(life, message.data.byteLength, at) : 0
    return { entries, chunks }
  }

  private burst(life: string, to: string, bytes: number, at: number): number {
    const key = `${life} ${to}`
    const before = this.bursts.get(key)
    const burst = { at, bytes: (before?.at === at ? before.bytes : 0) + bytes - FRAME_BYTES }
    this.bursts.set(key, burst)
    return burst.bytes
  }

  private second(life: string, bytes: number, at: number): number {
    const before = this.chunks.get(life) ?? []
    const chunks = [...before.filter(chunk => chunk.at > at - SECOND_MS), { at, bytes }]
    this.chunks.set(life, chunks)
    return chunks.reduce((sum, chunk) => sum + chunk.bytes, 0)
  }
}
