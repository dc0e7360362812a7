import { NO_FAULTS, type Faults } from '../../../plugins/transport-memory/faults.js'

/** What a simulation can do to a cluster, besides what its network does to single messages. */
export const FAULT_KINDS = [
  /** A process dies, and its disk loses or tears what was not synced. */
  'crash',
  /** A process dies and is there again within milliseconds, often those that are electing. */
  'blink',
  /** All processes die at once. */
  'power-loss',
  /** A process ends in order. */
  'stop',
  /** A process stands still, as with a held event loop. */
  'pause',
  /** Some members can't reach some others: halves, a bridge, a ring, one way only, the leader alone. */
  'partition',
  /** The network gets worse: it loses, doubles, reorders and delays more. */
  'bad-network',
  /** A disk takes long. */
  'slow-disk',
  /** A disk's writes don't end. */
  'hung-disk',
  /** A write fails, which ends the member. */
  'failed-write',
  /** A member replaces its log by a snapshot. */
  'compaction',
  /** The leader is asked to hand over. */
  'hand-over',
  /** Somebody joins. */
  'join',
  /** A member is removed. */
  'removal',
  /** A member that is down is removed, added again, and comes back with its old disk, or without what was on it. */
  'return',
  /** A newcomer learns, and takes the place of a voter in one change, whether that is dead or not. */
  'replacement',
  /** Some voters become learners and some learners voters, all at once. */
  'reconfiguration',
  /** The cluster settles on longer or shorter election timeouts, and where it has leases on others, or none. */
  'settling',
  /** Some members are upgraded one by one to a pretended next version, to which the cluster may go on if all speak it. */
  'upgrade',
  /** A partition that comes and goes many times. */
  'flapping',
  /** A process dies before, after or in the midst of one of its next calls of the disk. */
  'crash-at-call',
  /** A leader is cut off while its disk is slow: what it goes on taking conflicts with what the others decide. */
  'lost-suffix',
  /** A leader whose clock is slow is cut off, and asked for barriers until it notices. */
  'stale-reads',
  /** All that a member was sent for a while arrives once more, in its order, some time later. */
  'stale-messages',
  /** Who has voted is restarted, and asked for its vote by another who stood before it in the same term. */
  'late-votes',
  /** A disk has no room until it has again: every write fails. */
  'full-disk',
  /** A read fails, which ends the member that needed it. */
  'failed-read',
  /** A machine's clock runs too fast or too slow. */
  'clock-drift',
  /** A machine's clock jumps: ahead while its process runs, either way while it is down. */
  'clock-jump',
  /** The transfer of a snapshot ends half-way: its sender or its receiver dies, or they lose each other. */
  'cut-snapshot',
  /** A second process opens the disk of one that runs. */
  'second-process',
  /** Messages arrive that are none: with a field missing, wrong or too many. */
  'garbage',
  /** A record on a disk is damaged: of the log, of term and vote, of a snapshot. The member has to be replaced. */
  'corruption',
  /** A machine is gone with its disk, and has to be replaced. */
  'wipe',
  /** A member is started at another address, or one is to be moved to where another is, which has to be refused. */
  'move',
] as const

/** A kind of fault, as in {@link FAULT_KINDS}. */
export type FaultKind = (typeof FAULT_KINDS)[number]

/** Everything that may go wrong. Durations are in virtual milliseconds. */
export interface SimulatedFaults {
  /** What the network always does to messages. */
  readonly network: Faults
  /** How long an operation of a disk takes. */
  readonly diskMs: readonly [least: number, most: number]
  /** How far clocks may be apart when the run begins. */
  readonly skewMs: number
  /** How much faster or slower than they should clocks may run, as a share. */
  readonly drift: number
  /** The mean time from one fault of a kind to the next; what is left out never happens. */
  readonly everyMs: Readonly<Partial<Record<FaultKind, number>>>
  /** How long what lasts does: a partition, a pause, a process that is down. */
  readonly lastsMs: readonly [least: number, most: number]
  /** How many may join, besides those that replace others. */
  readonly joiners: number
}

/** A network that delays, and nothing else. */
export const QUIET: SimulatedFaults = {
  network: { ...NO_FAULTS, delayMs: [1, 5] },
  diskMs: [0, 2],
  skewMs: 0,
  drift: 0,
  everyMs: {},
  lastsMs: [50, 1500],
  joiners: 0,
}

/** Some of everything. */
export const TROUBLE: SimulatedFaults = {
  ...QUIET,
  network: { ...QUIET.network, drop: 0.01, duplicate: 0.02, reorder: 0.05, tail: 0.005, replay: 0.002, replayMs: 2000 },
  skewMs: 500,
  drift: 0.1,
  everyMs: {
    crash: 2000,
    blink: 700,
    'power-loss': 15_000,
    stop: 6000,
    pause: 5000,
    partition: 2000,
    'bad-network': 4000,
    'slow-disk': 6000,
    'hung-disk': 8000,
    'failed-write': 8000,
    compaction: 1500,
    'hand-over': 4000,
    join: 5000,
    removal: 6000,
    return: 6000,
    replacement: 6000,
    reconfiguration: 5000,
    settling: 5000,
    upgrade: 5000,
    flapping: 8000,
    'crash-at-call': 3000,
    'lost-suffix': 4000,
    'stale-reads': 6000,
    'stale-messages': 4000,
    'late-votes': 4000,
    'full-disk': 10_000,
    'failed-read': 10_000,
    'clock-drift': 5000,
    'clock-jump': 6000,
    'cut-snapshot': 4000,
    'second-process': 8000,
    garbage: 3000,
    corruption: 12_000,
    wipe: 15_000,
    move: 5000,
  },
  joiners: 3,
}
