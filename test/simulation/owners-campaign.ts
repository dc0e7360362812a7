import { registerWorkload, TROUBLE, type Campaign, type SimulatedFaults } from '../../lib/testing/simulation'

/** What an owner does to all of a cluster, and what shows that somebody doesn't go by it: who leads is cut off, held or gone. */
const everyMs: SimulatedFaults['everyMs'] = {
  settling: 500,
  upgrade: 1200,
  partition: 600,
  pause: 1000,
  crash: 1500,
  join: 2500,
}

const faults: SimulatedFaults = { ...TROUBLE, everyMs }

/** Clusters that settle on other times again and again, and are upgraded meanwhile. */
export const ownersCampaign: Campaign = (seed, use) =>
  use({
    seed,
    members: seed % 4 === 0 ? 1 : 3,
    faults,
    duration: 3000,
    workload: { ...registerWorkload, restMs: 100 },
  })
