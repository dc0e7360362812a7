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
  'settling',
]
const everyMs = {
  ...Object.fromEntries(KINDS.map(kind => [kind, TROUBLE.everyMs[kind] ?? Infinity])),
  'stale-reads': 800,
}

/** Every other seed has strikes at leases alone, which come to their end more often where nothing else comes between. */
const WITH: readonly SimulatedFaults['everyMs'][] = [{ 'stale-reads': 900 }, everyMs]

/** Leases under what would break them; so few writes that who was cut off for a while may still be elected. */
export const leaseCampaign: Campaign = (seed, use) =>
  use({
    seed,
    members: seed % 3 === 0 ? 5 : 3,
    faults: { ...TROUBLE, everyMs: WITH[seed % WITH.length] ?? everyMs },
    leases: { leaseMs: 150, clockBoundMs: 50 },
    duration: 3000,
    workload: { ...registerWorkload, restMs: 200 },
  })
