import type { Observable } from 'rxjs'
import type { LogEntry, Position } from '../rules/entry.js'
import type { Roster } from '../rules/roster.js'

/** Who a folder belongs to. It is written once when it is made, and when the member's standing changes. */
export interface Identity {
  /** 32 hexadecimal digits, random, made with the folder. */
  readonly memberId: string
  /** 32 hexadecimal digits; undefined until a joiner has learned it. */
  readonly clusterId: string | undefined
  /** Where the member listens, `host:port`, and what others dial. */
  readonly address: string
  readonly advertise: string
  /**
   * `founding` until the first roster is on disk, `joining` until the cluster has let it in. Where a member is moved from
   * one storage to another, the other is `moving` until it holds everything and the first is `moved`.
   */
  readonly standing: 'founding' | 'joining' | 'member' | 'left' | 'removed' | 'moving' | 'moved'
}

/** The current term and the vote cast in it: one record, written atomically (section 3.8). */
export interface TermAndVote {
  readonly term: number
  readonly vote: string | undefined
}

/** What a snapshot ends with and holds. Its stream is `sessionBytes` of kayak's own, then the consumer's bytes. */
export interface SnapshotMeta {
  readonly index: number
  readonly term: number
  /** The time of the entry at `index`, so that time doesn't go back after it. */
  readonly time: number
  readonly roster: Roster
  readonly sessionBytes: number
  /** Bytes of the whole stream. */
  readonly bytes: number
  /** CRC-32 of the whole stream, unsigned. */
  readonly checksum: number
}

/** A snapshot to be written: its size and checksum are known at its end. */
export type SnapshotDraft = Omit<SnapshotMeta, 'bytes' | 'checksum'>

/** What a storage holds when it opens. */
export interface Opened {
  readonly identity: Identity | undefined
  readonly termAndVote: TermAndVote
  /** The newest whole one. */
  readonly snapshot: SnapshotMeta | undefined
  /** The position before the first entry of the log: the origin, or what was last compacted. */
  readonly base: Position
  readonly last: Position
  /** The first position of each run of equal terms in the log, ascending; empty if the log is. */
  readonly runs: readonly Position[]
  /** The log's entries of kind `roster`, ascending. */
  readonly rosters: readonly LogEntry[]
  /** Bytes of the log on disk, roughly. */
  readonly bytes: number
}

/**
 * Where a member keeps what it must not forget.
 *
 * Every observable is cold, does its work once when subscribed, and completes when that is **durable**: synced, the
 * folder too where a file is new. After any failed write the storage is poisoned: all that follows fails until it is
 * opened again, since a retried sync proves nothing. Unsubscribing cancels no write.
 *
 * The caller has at most one of `saveIdentity`, `saveTermAndVote`, `append`, `truncate` and `compact` under way, while
 * reads and one snapshot writer may run beside them. Errors are `KayakError`s: `KAYAK_LOCKED`, `KAYAK_CORRUPT` (naming
 * the file), `KAYAK_VERSION`, `KAYAK_STORAGE_FAILED`, `KAYAK_COMPACTED`.
 */
export interface Storage {
  /** Takes the lock, mends what a crash may have torn, and emits once what is there. */
  open(): Observable<Opened>
  /** Writes down whose this is, in the place of what was there. Atomic. */
  saveIdentity(identity: Identity): Observable<never>
  /** Writes down the term and the vote in it, in the place of those before. Atomic: both or neither. */
  saveTermAndVote(record: TermAndVote): Observable<never>
  /** Appends a batch, whose first entry follows the last one. All of it is there after a crash, or a prefix. */
  append(entries: readonly LogEntry[]): Observable<never>
  /** Removes `from` and all that follows. */
  truncate(from: number): Observable<never>
  /** Removes all up to `until`, which becomes the base; if the log ends at or before it, it is empty there. */
  compact(until: Position): Observable<never>
  /** Emits once the entries from `from` to `to`, both inclusive: at least one, further ones while `maxBytes` allows. */
  read(from: number, to: number, maxBytes: number): Observable<readonly LogEntry[]>
  /** Begins a snapshot beside the newest one. Discards what an earlier writer has left unfinished. */
  createSnapshot(draft: SnapshotDraft): SnapshotWriter
  /** Emits once up to `maxBytes` of a published snapshot's stream, empty at its end. */
  readSnapshot(index: number, offset: number, maxBytes: number): Observable<Uint8Array>
  /** Removes published snapshots older than the newest, but for those named. */
  dropSnapshots(keep: readonly number[]): Observable<never>
  /** Releases everything, the lock too. Idempotent. */
  close(): Observable<never>
}

/** One snapshot being written, in bounded memory: one `write` at a time. */
export interface SnapshotWriter {
  /** Adds a chunk, which is on its way to the disk when it completes; durable is what is published. */
  write(chunk: Uint8Array): Observable<never>
  /** Makes it the newest, durably and atomically, and emits what it has become. An older index than the newest fails. */
  publish(): Observable<SnapshotMeta>
  /** Gives it up and removes what was written. */
  discard(): Observable<never>
}
