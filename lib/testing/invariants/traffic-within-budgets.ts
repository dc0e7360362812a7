import { LIMITS } from '../../../streams/contracts/limits.js'
import type { Message } from '../../../streams/contracts/messages/index.js'
import type { Verdict } from '../cluster/step.js'

/** What a life of a member has sent lately. */
export interface Sent {
  /** Bytes of entries to one member at one moment, or since it was heard within that. */
  readonly entries: number
  /** Bytes of snapshots to all within the last second. */
  readonly chunks: number
}

/** A batch of no entries. */
export const FRAME_BYTES = 12
/** How many of a member's own seconds a second of the world has at most, and how many chunks may be due at once. */
const FASTEST_CLOCK = 1.5
const MEMBERS = 8

/** How many entries a batch says that it has. */
const countOf = (batch: Uint8Array): number => new DataView(batch.buffer, batch.byteOffset).getUint32(4)

function entriesWithinBudgets(life: string, batch: Uint8Array, sent: number): Verdict {
  const bytes = batch.byteLength - FRAME_BYTES
  if (bytes > LIMITS.batchBytes && countOf(batch) > 1) return `${life} sends ${bytes} bytes of entries in one message`
  // what is under way must have been less than the budget before a message of further entries
  return bytes > 0 && sent - bytes >= LIMITS.pipelineBytes
    ? `${life} sends ${sent} bytes of entries to one member at once`
    : undefined
}

/** 21. What is sent keeps to its budgets: a message's size, what goes to one member unanswered, snapshots a second. */
export function trafficWithinBudgets(life: string, message: Message, { entries, chunks }: Sent): Verdict {
  if (message.type === 'append-entries') return entriesWithinBudgets(life, message.entries, entries)
  if (message.type !== 'install-snapshot') return undefined
  if (message.data.byteLength > LIMITS.snapshotChunkBytes)
    return `${life} sends ${message.data.byteLength} bytes of a snapshot in one message`
  // each member's next chunk may have waited for a process that stood still
  const most = FASTEST_CLOCK * LIMITS.snapshotBytesPerSecond + MEMBERS * LIMITS.snapshotChunkBytes
  return chunks > most ? `${life} sends ${chunks} bytes of snapshots within a second` : undefined
}
