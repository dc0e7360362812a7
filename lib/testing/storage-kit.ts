import { cuttingTests } from './storage-kit/cutting.js'
import { Bench, type KitTest, type StorageEnvironment } from './storage-kit/environment.js'
import { logTests } from './storage-kit/log.js'
import { recordTests } from './storage-kit/records.js'
import { snapshotTests } from './storage-kit/snapshots.js'

export type { KitTest, StorageEnvironment } from './storage-kit/environment.js'

/**
 * What any {@link Storage} must do, as tests for whatever runner: each makes an environment of its own and disposes
 * of it. They need no jest.
 *
 * ```ts
 * for (const { name, run } of storageKit(() => myEnvironment())) test(name, run)
 * ```
 */
export const storageKit = (make: () => StorageEnvironment | Promise<StorageEnvironment>): KitTest[] =>
  [...recordTests, ...logTests, ...cuttingTests, ...snapshotTests].map(([name, body]) => ({
    name,
    run: async () => {
      const bench = await Bench.begin(await make())
      try {
        await body(bench)
      } finally {
        await bench.end()
      }
    },
  }))
