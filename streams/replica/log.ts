import { of, type Observable } from 'rxjs'
import { LIMITS } from '../contracts/limits.js'
import type { Storage } from '../contracts/storage.js'
import { entryBytes, type LogEntry, type Position } from '../rules/entry.js'
import { afterInstall } from '../rules/recovery.js'
import { compacted, extended, termAt, truncated, type LogShape } from '../rules/log-shape.js'
import type { Inbox } from '../sources/inbox.js'
import type { Disk } from './disk.js'
import { Measures } from './measures.js'
import { Tail } from './tail.js'

/** A member's log: its shape, its end in memory, and the disk that has all of it. */
export class ReplicaLog {
  private readonly tail = new Tail()
  private readonly measures = new Measures()
  /** The time of the last entry, so that time doesn't go back. */
  lastTime = 0
  /** Bytes appended in this life, to measure what has come since something began. */
  appendedBytes = 0
  /** The last entry that an earlier life has left. */
  private recoveredUntil: number

  constructor(
    public shape: LogShape,
    private readonly disk: Disk,
    private readonly storage: Storage,
    private readonly inbox: Inbox,
    /** Of the entries that an earlier life has left: they are on disk only. */
    private readonly recoveredBytes = 0,
  ) {
    this.recoveredUntil = shape.last.index
  }

  get last(): Position {
    return this.shape.last
  }

  termAt(index: number): number | undefined {
    return termAt(this.shape, index)
  }

  append(entries: readonly LogEntry[]): void {
    this.shape = extended(this.shape, entries)
    this.tail.append(entries)
    this.measures.append(entries)
    for (const entry of entries) this.appendedBytes += entryBytes(entry)
    this.disk.append(entries)
    this.lastTime = entries.at(-1)?.time ?? this.lastTime
  }

  truncate(from: number): void {
    this.shape = truncated(this.shape, from)
    this.recoveredUntil = Math.min(this.recoveredUntil, from - 1)
    this.tail.truncate(from)
    this.measures.truncate(from)
    this.disk.truncate(from)
  }

  /** Cuts the log up to `until`, which must be durable and known. */
  cut(until: Position): void {
    this.shape = compacted(this.shape, until)
    this.tail.evict(until.index, 0)
    this.disk.compact(until)
  }

  /** Puts an installed snapshot in the place of all up to it, and of all after it unless that agrees (section 5.3). */
  replace(until: Position): void {
    const keeps = termAt(this.shape, until.index) === until.term
    if (!keeps) this.recoveredUntil = 0
    this.shape = afterInstall(this.shape, until)
    if (keeps) this.tail.evict(until.index, 0)
    else {
      this.tail.clear()
      this.measures.clear()
    }
    this.disk.replaced(until, keeps)
  }

  /**
   * Lets go of entries in memory that are durable: of applied ones, beyond a few, those before `wantedFrom`, where others
   * begin that followers have not been sent, and all beyond a tail; and where applying lags far behind, of others that
   * have committed, which are read again. Tells how many bytes it held if it had to do that.
   */
  forget(applied: number, commit: number, wantedFrom = Infinity): number {
    const { durable } = this.disk
    this.tail.evict(Math.min(applied, durable, wantedFrom - 1), LIMITS.recentBytes)
    this.tail.evict(Math.min(applied, durable), LIMITS.tailBytes)
    return this.tail.evict(Math.min(commit, durable), LIMITS.unappliedBytes)
  }

  /** The first index that is kept in memory, or what follows the log. */
  get cachedFrom(): number {
    return this.tail.first ?? this.last.index + 1
  }

  /** Bytes of the entries that are kept in memory. */
  get cachedBytes(): number {
    return this.tail.bytes
  }

  /** Where the entries up to an index begin that are kept for followers: so many, of so many bytes, and so recent. */
  tailFrom(until: number): number {
    return this.measures.from(until, {
      oldest: until - LIMITS.tailEntries + 1,
      since: this.lastTime - LIMITS.keptMs,
      mostBytes: LIMITS.keptBytes,
    })
  }

  /** Bytes of the entries after an index; of those that an earlier life has left only how many all of them have. */
  bytesAfter(index: number): number {
    return this.tail.bytesAfter(index) + (index < this.recoveredUntil ? this.recoveredBytes : 0)
  }

  /** What memory has of a range at once; undefined where the disk must be read. */
  cached(from: number, to: number, maxBytes: number): readonly LogEntry[] | undefined {
    return this.tail.slice(from, to, maxBytes)
  }

  /** Emits once entries from `from` on, through the inbox where the disk is read. Errors with `KAYAK_COMPACTED`. */
  read(from: number, to: number, maxBytes: number): Observable<readonly LogEntry[]> {
    const cached = this.cached(from, to, maxBytes)
    if (cached !== undefined) return of(cached)
    return this.storage.read(from, Math.min(to, this.cachedFrom - 1), maxBytes).pipe(this.inbox.enter())
  }
}
