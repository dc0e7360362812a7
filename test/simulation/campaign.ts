import {
  counterWorkload,
  FAULT_KINDS,
  registerWorkload,
  setWorkload,
  TROUBLE,
  type FaultKind,
  type SimulatedFaults,
  type Campaign,
} from '../../lib/testing/simulation'

const SIZES = [3, 5, 3, 1, 3, 2, 5, 7]
const DISKS: readonly SimulatedFaults['diskMs'][] = [
  [0, 2],
  [0, 2],
  [0, 20],
  [0, 60],
]

/** A few clients that are patient, or many that aren't: who waits long at a leader that was cut off sees nothing else. */
const PACES = [
  { clients: 4, restMs: 40, timeoutMs: 2000 },
  { clients: 12, restMs: 120, timeoutMs: 300 },
]

/** Only some kinds of faults, and those more often. */
const only = (times: number, ...kinds: readonly FaultKind[]): SimulatedFaults['everyMs'] =>
  Object.fromEntries(kinds.map(kind => [kind, (TROUBLE.everyMs[kind] ?? Infinity) / times]))

const PROCESSES = only(3, 'crash', 'blink', 'power-loss', 'stop', 'pause', 'crash-at-call', 'compaction', 'hand-over')
const NETWORK = only(
  3,
  'partition',
  'flapping',
  'lost-suffix',
  'stale-reads',
  'stale-messages',
  'bad-network',
  'cut-snapshot',
  'compaction',
  'garbage',
  'hand-over',
)
const DISK = only(
  3,
  ...([
    'slow-disk',
    'hung-disk',
    'lost-suffix',
    'failed-write',
    'full-disk',
    'failed-read',
    'corruption',
    'wipe',
  ] as const),
  ...(['crash-at-call', 'second-process', 'compaction'] as const),
)
const ROSTER = only(
  3,
  'join',
  'removal',
  'return',
  'replacement',
  'reconfiguration',
  'stale-messages',
  'lost-suffix',
  'crash',
  'partition',
  'hand-over',
  'compaction',
  'cut-snapshot',
)
const PROFILES = [only(1, ...FAULT_KINDS), PROCESSES, only(2, ...FAULT_KINDS), NETWORK, DISK, ROSTER]

const at = <T>(list: readonly T[], number: number): T => {
  const item = list[number % list.length]
  if (item === undefined) throw new RangeError('The list is empty.')
  return item
}

/** What a seed of kayak's own simulates: every size, workload and mixture of faults in turn. */
export const campaign: Campaign = (seed, use) => {
  const faults = {
    ...TROUBLE,
    everyMs: at(PROFILES, seed),
    diskMs: at(DISKS, Math.floor(seed / 7)),
    network: { ...TROUBLE.network, ...(seed % 2 === 0 ? {} : { drop: 0, duplicate: 0, replay: 0 }) },
  }
  const options = { seed, members: at(SIZES, seed), faults, duration: seed % 12 === 0 ? 4000 : 1000 }
  const pace = at(PACES, Math.floor(seed / 3))
  const uses = [
    () => use({ ...options, workload: { ...registerWorkload, ...pace } }),
    () => use({ ...options, workload: { ...counterWorkload, ...pace } }),
    () => use({ ...options, workload: { ...setWorkload, ...pace } }),
  ]
  return at(uses, Math.floor(seed / 5))()
}
