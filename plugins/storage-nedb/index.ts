import type { Storage } from '../../streams/contracts/storage.js'
import { nodeFiles } from '../folder/file-layer.js'
import { FolderStorage } from '../folder/folder-storage.js'
import { openContents } from './contents.js'
import { DEFAULT_GARBAGE_BYTES, type NedbStorageOptions } from './options.js'

export type { FileLayer, OpenFile } from '../folder/file-layer.js'
export { nodeFiles } from '../folder/file-layer.js'
export type { NedbStorageOptions } from './options.js'

/**
 * The default storage: NeDB files and snapshot files in a folder, durable when a write completes, every record
 * checked when it is opened. Fails as the contract says; `KAYAK_CORRUPT` names the damaged or missing file.
 */
export function nedbStorage(options: NedbStorageOptions): Storage {
  const { dataDir, files = nodeFiles, garbageBytes = DEFAULT_GARBAGE_BYTES } = options
  return new FolderStorage(dataDir, files, (layer, folder, takeTurn) =>
    openContents(layer, folder, garbageBytes, takeTurn),
  )
}
