import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storageKit } from '../../lib/testing/storage-kit.js'
import { nedbStorage } from '../../plugins/storage-nedb/index.js'

describe.each([
  ['as it comes', {}],
  ['rewriting its log at each cut', { garbageBytes: 0 }],
])('nedbStorage, %s, fulfils the contract', (_, options) => {
  const kit = storageKit(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kayak-storage-'))
    return {
      open: () => nedbStorage({ dataDir: join(folder, 'data'), ...options }),
      dispose: () => rm(folder, { recursive: true }),
    }
  })
  test.each(kit)('$name', ({ run }) => run())
})
