import type { Storage } from '../../streams/contracts/storage.js'
import type { NedbStorageOptions } from './options.js'
import { NedbStorage } from './storage.js'

export type { FileLayer, OpenFile } from '../folder/file-layer.js'
export { nodeFiles } from '../folder/file-layer.js'
export type { NedbStorageOptions } from './options.js'

/**
 * The default storage: NeDB files and snapshot files in a folder, durable when a write completes, every record
 * checked when it is opened. Fails as the contract says; `KAYAK_CORRUPT` names the damaged or missing file.
 */
export const nedbStorage = (options: NedbStorageOptions): Storage => new NedbStorage(options)
