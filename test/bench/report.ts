import type { Measured, Spread, Summary } from './figures'
import type { Floor } from './floors'
import type { From } from './systems'

/** One load on one storage. */
export interface Point extends Summary {
  readonly inFlight: number
  readonly from: From
}

export interface StoragePoint extends Point {
  readonly storage: string
}

export interface Rival {
  readonly append: readonly Point[]
  readonly barrier: readonly Point[]
}

/** What this build does beside another, which are medians of the ratios of turns that they took one after the other. */
export interface Ratio {
  readonly storage: string
  readonly against: string
  readonly inFlight: number
  readonly turns: number
  readonly perSecond: number
  readonly spread: Spread
  readonly p50: number
  readonly p99: number
}

/** Milliseconds that a batch of so many entries of 1 KiB takes until it is durable, by one engine in one process. */
export interface Engine {
  readonly engine: string
  readonly entries: number
  readonly batchMs: number
  readonly spread: Spread
}

/** Microseconds of the processor's time that an append takes of all three members, without disks and sockets. */
export interface Alone {
  readonly inFlight: number
  readonly cpuUs: number
  readonly spread: Spread
}

/** Appends a second from when the cluster has grown on, a part after another of so many milliseconds. */
export interface WarmingUp {
  readonly storage: string
  readonly inFlight: number
  readonly partMs: number
  readonly perSecond: readonly number[]
}

/** In maximal election timeouts, 2T, from SIGKILL of the leader on. */
export interface Leaderless {
  readonly storage: string
  readonly kills: number
  readonly electionTimeoutMs: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly most: number
  /** The share of kills after which there was another leader within two. */
  readonly within2: number
  /** Until an append had committed. */
  readonly appendP99: number
}

export interface Rejoin {
  readonly storage: string
  readonly entries: number
  readonly payloadBytes: number
  /** What opening its folder takes. */
  readonly openMs: number
  /** From then on until all that it has missed has committed there. */
  readonly caughtUpMs: number
  /** All, with the process that is made for it. */
  readonly allMs: number
  readonly perSecond: number
}

export interface Reopen {
  readonly storage: string
  readonly entries: number
  readonly payloadBytes: number
  readonly openMs: number
  readonly rssBytes: number
}

export interface SnapshotTransfer {
  readonly storage: string
  readonly bytes: number
  /** With no bound on what it may take of the network. */
  readonly mbPerSecond: number
  readonly mbPerSecondByDefault: number
}

interface BytesAnEntry {
  readonly rssBytes: number
  readonly liveBytes: number
}

export interface Memory {
  readonly storage: string
  readonly entries: number
  readonly payloadBytes: number
  readonly leader: BytesAnEntry
  readonly follower: BytesAnEntry
}

export interface Idle {
  readonly storage: string
  readonly lastedMs: number
  /** Of a core, for each member; the leader's first. */
  readonly cpuPercent: readonly number[]
  /** Of all members together. */
  readonly messagesPerSecond: number
  readonly types: Readonly<Record<string, number>>
}

interface OneRun extends Measured {
  readonly storage: string
  readonly inFlight: number
}

export interface BySize extends OneRun {
  readonly members: number
}

export interface ByPayload extends OneRun {
  readonly payloadBytes: number
  readonly mbPerSecond: number
}

export interface BySubscribers extends OneRun {
  readonly subscribers: number
}

export interface AtPosition {
  readonly position: number
  readonly oneP50Ms: number
  readonly manyPerSecond: number
}

/** How much longer an append takes late in a log than early in one, alone and among many: medians of the pairs' ratios. */
export interface ByPosition {
  readonly storage: string
  readonly pairs: readonly { readonly first: AtPosition; readonly last: AtPosition }[]
  readonly oneRatio: number
  readonly manyRatio: number
}

/** Microseconds of the processor's time that an append costs a follower. */
export interface OperatorCost {
  readonly storage: string
  readonly withUs: number
  readonly withoutUs: number
  readonly ratio: number
}

/** One line of what is to be reached. */
export interface Outcome {
  readonly what: string
  readonly storage: string
  /** What the figure is divided by, or its unit. */
  readonly unit: string
  readonly value: number
  readonly target: number
  readonly bound: 'at least' | 'at most'
  readonly isMet: boolean
}

/** What `--json` writes. Times are milliseconds, sizes bytes; figures are medians of so many rounds. */
export interface Report {
  readonly startedAt: string
  readonly node: string
  readonly commit: string
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly memoryBytes: number
    readonly platform: string
    /** Processes that wanted a core when this began and when it ended: others than its own make figures worse. */
    readonly loadBefore: number
    readonly loadAfter: number
  }
  readonly options: Readonly<Record<string, unknown>>
  readonly floor?: Floor
  readonly append?: readonly StoragePoint[]
  readonly barrier?: readonly StoragePoint[]
  readonly rivals?: Readonly<Record<string, Rival>>
  readonly ratio?: readonly Ratio[]
  readonly engines?: readonly Engine[]
  readonly alone?: readonly Alone[]
  readonly warming?: readonly WarmingUp[]
  readonly leaderless?: readonly Leaderless[]
  readonly rejoin?: readonly Rejoin[]
  readonly reopen?: readonly Reopen[]
  readonly snapshot?: readonly SnapshotTransfer[]
  readonly memory?: readonly Memory[]
  readonly idle?: readonly Idle[]
  readonly members?: readonly BySize[]
  readonly payloads?: readonly ByPayload[]
  readonly subscribers?: readonly BySubscribers[]
  readonly positions?: readonly ByPosition[]
  readonly operators?: readonly OperatorCost[]
  readonly targets: readonly Outcome[]
}
