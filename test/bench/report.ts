import type { Summary } from './figures'
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
  readonly targets: readonly Outcome[]
}
