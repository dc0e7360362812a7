import { nedbStorage } from '../../../plugins/storage-nedb/index.js'
import { drawDamage } from './damage-nedb.js'
import type { Hunted } from './hunted.js'
import { mount } from './nedb-files.js'

/** The default storage, which rewrites its log now and then. */
export const huntedNedb: Hunted = {
  payloadBytes: 60,
  open: (dataDir, files, random) => {
    const garbageBytes = [0, 300, undefined][Math.floor(random.next() * 3)]
    return nedbStorage({ dataDir, files, ...(garbageBytes !== undefined && { garbageBytes }) })
  },
  mount,
  drawDamage,
}
