import { Observable } from 'rxjs'
import type { Clock } from '../../streams/contracts/clock.js'
import { KayakError } from '../../streams/contracts/errors.js'
import type {
  Identity,
  Opened,
  SnapshotDraft,
  SnapshotWriter,
  Storage,
  TermAndVote,
} from '../../streams/contracts/storage.js'
import type { LogEntry, Position } from '../../streams/rules/entry.js'
import type { MemoryDisk } from './disk.js'
import { Operations } from './operations.js'
import { MemorySnapshotWriter } from './snapshot-writer.js'

/** A storage over a {@link MemoryDisk}. */
export class MemoryStorage implements Storage {
  private readonly operations: Operations
  private writer: MemorySnapshotWriter | undefined

  constructor(
    private readonly disk: MemoryDisk,
    private readonly clock: Clock,
  ) {
    this.operations = new Operations(disk, clock)
  }

  open(): Observable<Opened> {
    return new Observable<Opened>(subscriber => {
      if (this.operations.isDead) return
      if (!this.operations.begin()) {
        this.clock.schedule(() => subscriber.error(new KayakError('KAYAK_LOCKED', 'Another storage has the disk.')))
        return
      }
      this.operations
        .read('open', () => this.disk.opened())
        .subscribe({
          next: opened => subscriber.next(opened),
          complete: () => subscriber.complete(),
          error: error => {
            this.operations.end()
            subscriber.error(error)
          },
        })
    })
  }

  saveIdentity(identity: Identity): Observable<never> {
    return this.operations.write('save-identity', () => ({ commit: () => void (this.disk.identity = identity) }))
  }

  saveTermAndVote(record: TermAndVote): Observable<never> {
    return this.operations.write('save-term-and-vote', () => ({ commit: () => void (this.disk.termAndVote = record) }))
  }

  append(entries: readonly LogEntry[]): Observable<never> {
    const { log } = this.disk
    return this.operations.write('append', () => {
      log.checkFollows(entries)
      return {
        parts: entries.length,
        commit: () => log.append(entries),
        tear: part => log.append(entries.slice(0, Math.floor(entries.length * part))),
      }
    })
  }

  truncate(from: number): Observable<never> {
    return this.operations.write('truncate', () => ({ commit: () => this.disk.log.truncate(from) }))
  }

  compact(until: Position): Observable<never> {
    return this.operations.write('compact', () => ({ commit: () => this.disk.log.compact(until) }))
  }

  read(from: number, to: number, maxBytes: number): Observable<readonly LogEntry[]> {
    return this.operations.read('read', () => {
      const entries = this.disk.log.read(from, to, maxBytes)
      for (const entry of entries) this.disk.check(entry, 'log')
      return entries
    })
  }

  createSnapshot(draft: SnapshotDraft): SnapshotWriter {
    this.writer?.end()
    this.writer = new MemorySnapshotWriter(draft, this.disk, this.operations)
    return this.writer
  }

  readSnapshot(index: number, offset: number, maxBytes: number): Observable<Uint8Array> {
    const read = (): Uint8Array => {
      const found = this.disk.snapshots.find(({ meta }) => meta.index === index)
      if (found === undefined) throw new KayakError('KAYAK_COMPACTED', `There is no snapshot at ${index}.`)
      this.disk.check(found, `snapshot-${index}`)
      return found.bytes.slice(offset, offset + maxBytes)
    }
    return this.operations.read('read-snapshot', read)
  }

  dropSnapshots(keep: readonly number[]): Observable<never> {
    const { snapshots } = this.disk
    const commit = (): void => {
      const kept = snapshots.filter(({ meta }, at) => at === snapshots.length - 1 || keep.includes(meta.index))
      snapshots.splice(0, snapshots.length, ...kept)
    }
    return this.operations.write('drop-snapshots', () => ({ commit }))
  }

  close(): Observable<never> {
    return this.operations.close()
  }
}
