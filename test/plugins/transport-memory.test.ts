import { transportKit } from '../../lib/testing/transport-kit'
import { seededRandom } from '../../lib/testing/seeded-random'
import { VirtualClock } from '../../lib/testing/virtual-clock'
import { MemoryNetwork } from '../../plugins/transport-memory'

describe('the contract', () => {
  const kit = transportKit(() => {
    const clock = new VirtualClock()
    const random = seededRandom(1)
    const network = new MemoryNetwork({ clock, random })
    return {
      transport: () => network.transport(),
      clock,
      random,
      settle: async predicate => {
        if (!clock.runUntil(predicate, 60_000)) throw new Error('It did not come about within a minute.')
      },
    }
  })
  for (const { name, run } of kit) test(name, run)
})
