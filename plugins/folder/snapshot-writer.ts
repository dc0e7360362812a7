import type { Observable } from 'rxjs'
import { KayakError } from '../../streams/contracts/errors.js'
import type { SnapshotDraft, SnapshotMeta, SnapshotWriter } from '../../streams/contracts/storage.js'
import { cold, coldWrite } from './cold.js'
import type { SnapshotFileWriter, SnapshotStore } from './snapshot-store.js'

/** Runs a step of a snapshot after those before it, and poisons the storage if it fails. */
export type RunStep = <T>(what: string, work: (store: SnapshotStore) => Promise<T>) => Promise<T>

/** The face of one snapshot being written. Its file is made by the first step. */
export class FolderSnapshotWriter implements SnapshotWriter {
  private file: SnapshotFileWriter | undefined
  private ended = false

  constructor(
    private readonly draft: SnapshotDraft,
    private readonly run: RunStep,
  ) {}

  write(chunk: Uint8Array): Observable<never> {
    return coldWrite(() => this.run('Writing a snapshot', async store => (await this.begun(store)).write(chunk)))
  }

  publish(): Observable<SnapshotMeta> {
    return cold(() =>
      this.run('Publishing a snapshot', async store => {
        const meta = await store.publish(await this.begun(store))
        this.ended = true
        return meta
      }),
    )
  }

  discard(): Observable<never> {
    return coldWrite(() =>
      this.run('Discarding a snapshot', async () => {
        this.ended = true
        await this.file?.discard()
      }),
    )
  }

  private async begun(store: SnapshotStore): Promise<SnapshotFileWriter> {
    if (this.ended) throw new KayakError('KAYAK_INVALID', 'The snapshot has been published or discarded.')
    return (this.file ??= await store.begin(this.draft))
  }
}
