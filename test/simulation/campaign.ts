import {
  counterWorkload,
  FAULT_KINDS,
  registerWorkload,
  setWorkload,
  TROUBLE,
  type FaultKind,
  type SimulatedFaults,
  type Campaign,
  type SimulationOptions,
} from '../../lib/testing/simulation'

type SimulationLimits = NonNullable<SimulationOptions<unknown, unknown, unknown>['limits']>

const SIZES = [3, 5, 3, 1, 3, 2, 5, 7]
const DISKS: readonly SimulatedFaults['diskMs'][] = [
  [0, 2],
  [0, 2],
  [0, 20],
  [0, 60],
]

/** Whether the network loses, doubles and replays messages also while no fault says so. */
const LOSSES = [{}, { drop: 0, duplicate: 0, replay: 0 }]

/** A few clients that are patient, or many that aren't: who waits long at a leader that was cut off sees nothing else. */
const PACES = [
  { clients: 4, restMs: 40, timeoutMs: 2000 },
  { clients: 12, restMs: 120, timeoutMs: 300 },
]

/** Leases that end in time however far clocks drift, or none. */
const LEASES = [{}, { leases: { leaseMs: 150, clockBoundMs: 50 } }]

/** Only some kinds of faults, and those more often. */
const only = (times: number, ...kinds: readonly FaultKind[]): SimulatedFaults['everyMs'] =>
  Object.fromEntries(kinds.map(kind => [kind, (TROUBLE.everyMs[kind] ?? Infinity) / times]))

const PROCESSES = only(
  3,
  'crash',
  'blink',
  'power-loss',
  'stop',
  'pause',
  'late-votes',
  'crash-at-call',
  'compaction',
  'hand-over',
)
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
  'settling',
  'upgrade',
  'move',
  'stale-messages',
  'lost-suffix',
  'crash',
  'partition',
  'hand-over',
  'compaction',
  'cut-snapshot',
)
const PROFILES = [only(1, ...FAULT_KINDS), PROCESSES, only(2, ...FAULT_KINDS), NETWORK, DISK, ROSTER]

/** Budgets that bind all the time, with which some seeds run: what is let go of, refused and begun anew is most of it. */
const LOW: SimulationLimits = {
  bufferedBytes: 400,
  uncommittedBytes: 1500,
  unappliedBytes: 1000,
  pipelineBytes: 600,
  pipelineMessages: 3,
  recentBytes: 100,
  tailBytes: 200,
  tailEntries: 4,
  keptBytes: 200,
  keptMs: 200,
  pinnedBytes: 800,
  snapshotChunkBytes: 100,
  snapshotBytesPerSecond: 1000,
  snapshotTransfers: 1,
  readBytes: 300,
  batchBytes: 300,
}

/** Sessions that are in excess, or idle, while others of their date are made up: so they must not be forgotten yet. */
const CROWDED: SimulationLimits = { sessions: 4, sessionIdleMs: 300, sessionSpanEntries: 30 }

/** By the remainder of a seed, which limits it has other than most. */
const LIMITS_OF_SOME: ReadonlyMap<number, SimulationLimits> = new Map([
  [5, LOW],
  [9, CROWDED],
])

const at = <T>(list: readonly T[], number: number): T => {
  const item = list[number % list.length]
  if (item === undefined) throw new RangeError('The list is empty.')
  return item
}

/** Choices that each seed makes apart from the others: seeds in a row have every combination of them. */
function choices(seed: number) {
  let rest = seed
  const digit = <T>(list: readonly T[]): T => {
    const choice = at(list, rest)
    rest = Math.floor(rest / list.length)
    return choice
  }
  const drawn = { everyMs: digit(PROFILES), members: digit(SIZES), losses: digit(LOSSES), diskMs: digit(DISKS) }
  const leases = digit(LEASES)
  if (!('leases' in leases)) return drawn
  // what a lease builds on is that clocks do not jump
  const { 'clock-jump': _, ...everyMs } = drawn.everyMs
  return { ...drawn, everyMs, ...leases }
}

/** What a seed of kayak's own simulates: every size, workload and mixture of faults in turn, some with low limits. */
export const campaign: Campaign = (seed, use) => {
  const { everyMs, members, losses, diskMs, ...leases } = choices(seed)
  const network = { ...TROUBLE.network, replayMs: 500, ...losses }
  const faults = { ...TROUBLE, everyMs, diskMs, network }
  const limits = LIMITS_OF_SOME.get(seed % 13)
  const options = {
    seed,
    members,
    faults,
    ...leases,
    duration: seed % 11 === 0 ? 4000 : 1000,
    ...(limits && { limits }),
  }
  // five and seven have nothing in common with how many there are of the others
  const pace = at(PACES, Math.floor(seed / 7))
  const uses = [
    () => use({ ...options, workload: { ...registerWorkload, ...pace } }),
    () => use({ ...options, workload: { ...counterWorkload, ...pace } }),
    () => use({ ...options, workload: { ...setWorkload, ...pace } }),
  ]
  return at(uses, Math.floor(seed / 5))()
}
