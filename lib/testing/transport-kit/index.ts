import type { KitTest } from '../storage-kit/environment.js'
import { Bench, type MakeTransportLab } from './lab.js'
import { lifecycleTests } from './lifecycle.js'
import { messagingTests } from './messaging.js'
import { peerTests } from './peers.js'
import { versionTests } from './versions.js'

export type { MakeTransportLab, TransportLab } from './lab.js'

/**
 * What every transport must do, whatever it is made of: run each with the test runner of your choice.
 *
 * @param make - makes the network in which one test is run.
 */
export function transportKit(make: MakeTransportLab): readonly KitTest[] {
  return [...lifecycleTests, ...messagingTests, ...peerTests, ...versionTests].map(([name, test]) => ({
    name,
    run: async () => {
      const bench = new Bench(make())
      try {
        await test(bench)
      } finally {
        await bench.dispose()
      }
    },
  }))
}
