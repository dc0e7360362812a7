import type { Identity, Opened, TermAndVote } from '../../streams/contracts/storage.js'
import type { LogEntry, Position } from '../../streams/rules/entry.js'
import type { Contents } from '../folder/contents.js'
import type { SnapshotStore } from '../folder/snapshot-store.js'
import type { SegmentLog } from './segment-log.js'
import type { StateFile } from './state-file.js'

/** Segments, a state and snapshot files, open. */
export class SegmentContents implements Contents {
  constructor(
    readonly opened: Opened,
    private readonly state: StateFile,
    private readonly log: SegmentLog,
    readonly snapshots: SnapshotStore,
  ) {}

  saveIdentity(identity: Identity): Promise<void> {
    return this.state.save({ identity })
  }

  saveTermAndVote(termAndVote: TermAndVote): Promise<void> {
    return this.state.save({ termAndVote })
  }

  append(entries: readonly LogEntry[]): Promise<void> {
    return this.log.append(entries)
  }

  truncate(from: number): Promise<void> {
    return this.log.truncate(from)
  }

  compact(until: Position): Promise<void> {
    return this.log.compact(until)
  }

  read(from: number, to: number, maxBytes: number): Promise<readonly LogEntry[]> {
    return this.log.read(from, to, maxBytes, this.snapshots.newest?.index)
  }

  /** Says how far the log is on disk, so that all damage is told from a torn end, unless a write has failed. */
  async close(): Promise<void> {
    try {
      await this.log.close()
      if (!this.log.hasFailed && !this.state.hasFailed) await this.state.save({})
    } finally {
      await this.state.close()
    }
  }
}
