import { done, entries, first } from '../../lib/testing/storage-kit/environment.js'
import { nedbStorage, type FileLayer } from '../../plugins/storage-nedb/index.js'
import type { Storage } from '../../streams/contracts/storage'

/** A storage that has cut its log of 20 behind 14, so that it holds more in vain than not, and is being rewritten for that. */
export async function storageBeingRewritten(dataDir: string, files: FileLayer): Promise<Storage> {
  const storage = nedbStorage({ dataDir, files, garbageBytes: 0 })
  await first(storage.open())
  await done(storage.append(entries(1, 14)))
  await done(storage.append(entries(15, 20)))
  await done(storage.compact({ index: 14, term: 1 }))
  return storage
}
