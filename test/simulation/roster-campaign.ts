import { registerWorkload, TROUBLE, type Campaign, type SimulatedFaults } from '../../lib/testing/simulation'

/** What happens to single members of a roster, under one leader for as long as it can be: else that mends what went wrong. */
const everyMs: SimulatedFaults['everyMs'] = {
  return: 500,
  move: 400,
  reconfiguration: 400,
  'stale-messages': 600,
}

const faults: SimulatedFaults = { ...TROUBLE, everyMs }

/** Members that come back as another incarnation, and that are somewhere else than where they are looked for. */
export const rosterCampaign: Campaign = (seed, use) =>
  use({
    seed,
    members: seed % 2 === 0 ? 3 : 5,
    faults,
    duration: 1500,
    workload: { ...registerWorkload, restMs: 100 },
  })
