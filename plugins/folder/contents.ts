import type { Identity, Opened, TermAndVote } from '../../streams/contracts/storage.js'
import type { LogEntry, Position } from '../../streams/rules/entry.js'
import type { SnapshotStore } from './snapshot-store.js'

/** All that a folder holds, open. A method that ends has made its write durable; the caller has one under way at most. */
export interface Contents {
  readonly snapshots: SnapshotStore
  readonly opened: Opened
  saveIdentity(identity: Identity): Promise<void>
  saveTermAndVote(record: TermAndVote): Promise<void>
  append(entries: readonly LogEntry[]): Promise<void>
  truncate(from: number): Promise<void>
  compact(until: Position): Promise<void>
  read(from: number, to: number, maxBytes: number): Promise<readonly LogEntry[]>
  close(): Promise<void>
}

/** Lets something of the contents' own take its turn among the writes, of which it is one: if it fails it is the last. */
export type TakeTurn = (what: string, work: () => Promise<void>) => Promise<void>
