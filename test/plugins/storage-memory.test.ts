import { asyncScheduler } from 'rxjs'
import { storageKit } from '../../lib/testing/storage-kit.js'
import { MemoryDisk, memoryStorage } from '../../plugins/storage-memory/index.js'

describe('memoryStorage fulfils the contract', () => {
  const kit = storageKit(() => {
    const disk = new MemoryDisk()
    return {
      open: () => memoryStorage({ disk, clock: asyncScheduler }),
      crash: () => disk.crash(),
      dispose: () => undefined,
    }
  })
  test.each(kit)('$name', ({ run }) => run())
})
