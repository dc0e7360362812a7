import type { Observable } from 'rxjs'
import { crc32 } from '../../streams/contracts/checksum.js'
import { KayakError } from '../../streams/contracts/errors.js'
import type { SnapshotDraft, SnapshotMeta, SnapshotWriter } from '../../streams/contracts/storage.js'
import type { MemoryDisk } from './disk.js'
import type { Operations } from './operations.js'

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

/** A snapshot being written: nothing of it is on the disk until it is published, in one step. */
export class MemorySnapshotWriter implements SnapshotWriter {
  private chunks: Uint8Array[] = []
  private ended = false

  constructor(
    private readonly draft: SnapshotDraft,
    private readonly disk: MemoryDisk,
    private readonly operations: Operations,
  ) {}

  write(chunk: Uint8Array): Observable<never> {
    return this.operations.write('write-snapshot', () => {
      this.checkOpen()
      // not slice(), which on a Buffer makes another view of the same memory
      const own = new Uint8Array(chunk)
      return { commit: () => void this.chunks.push(own) }
    })
  }

  publish(): Observable<SnapshotMeta> {
    return this.operations.write(
      'publish-snapshot',
      () => {
        this.checkOpen()
        this.checkNewer()
        return { commit: () => this.commit() }
      },
      () => this.disk.snapshots.at(-1)?.meta,
    )
  }

  discard(): Observable<never> {
    return this.operations.write('discard-snapshot', () => ({ commit: () => this.end() }))
  }

  /** Makes all that follows fail: a later writer has begun. */
  end(): void {
    this.ended = true
    this.chunks = []
  }

  private commit(): void {
    const bytes = joined(this.chunks)
    const meta = { ...this.draft, bytes: bytes.byteLength, checksum: crc32(bytes) }
    this.disk.snapshots.push({ meta, bytes })
    this.end()
  }

  private checkOpen(): void {
    if (this.ended) throw new KayakError('KAYAK_INVALID', 'The snapshot has been published or discarded.')
  }

  private checkNewer(): void {
    const newest = this.disk.snapshots.at(-1)?.meta.index
    if (newest === undefined || this.draft.index > newest) return
    const message = `A snapshot at ${newest} is there already.`
    throw new KayakError('KAYAK_COMPACTED', message, { snapshotIndex: newest })
  }
}
