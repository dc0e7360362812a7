import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storageKit } from '../../lib/testing/storage-kit.js'
import { segmentStorage } from '../../plugins/storage-segments/index.js'

describe.each([
  ['in many small segments', { segmentBytes: 8192 }],
  ['that makes none ahead and keeps none', { segmentBytes: 8192, spareSegments: 0 }],
  ['in segments that hold some batches', { segmentBytes: 256 * 1024, spareSegments: 1 }],
])('segmentStorage, %s, fulfils the contract', (_, options) => {
  const kit = storageKit(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kayak-segments-'))
    return {
      open: () => segmentStorage({ dataDir: join(folder, 'data'), ...options }),
      dispose: () => rm(folder, { recursive: true }),
    }
  })
  test.each(kit)('$name', ({ run }) => run())
})

test.each([
  { segmentBytes: 8191 },
  { segmentBytes: 2 ** 30 + 1 },
  { segmentBytes: 10_000.5 },
  { spareSegments: -1 },
  { spareSegments: 1.5 },
])('%j is refused', options => {
  expect(() => segmentStorage({ dataDir: 'never-made', ...options })).toThrow(/must be from/)
})
