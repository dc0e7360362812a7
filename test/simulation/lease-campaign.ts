import {
  registerWorkload,
  TROUBLE,
  type Campaign,
  type FaultKind,
  type SimulatedFaults,
} from '../../lib/testing/simulation'

/** What a lease that lasts too long comes to light by: who leads is cut off, held up or asked to hand over, or restarted. */
const KINDS: readonly FaultKind[] = [
  'stale-reads',
  'partition',
  'pause',
  'blink',
  'hand-over',
  'crash',
  'reconfiguration',
]
const everyMs = {
  ...Object.fromEntries(KINDS.map(kind => [kind, TROUBLE.everyMs[kind] ?? Infinity])),
  'stale-reads': 800,
}

const faults: SimulatedFaults = { ...TROUBLE, everyMs }

/** Leases under what would break them; so few writes that who was cut off for a while may still be elected. */
export const leaseCampaign: Campaign = (seed, use) =>
  use({
    seed,
    members: seed % 3 === 0 ? 5 : 3,
    faults,
    leases: { leaseMs: 150, clockBoundMs: 50 },
    duration: 3000,
    workload: { ...registerWorkload, restMs: 200 },
  })
