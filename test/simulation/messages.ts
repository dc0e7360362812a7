import type { SimulationReport } from '../../lib/testing/simulation'

/** What a worker is asked for: the seeds to run, in their order. */
export type Batch = readonly number[]

/** What a worker tells of a seed. */
export type Ran = Pick<
  SimulationReport<unknown, unknown>,
  'seed' | 'ok' | 'failure' | 'trace' | 'events' | 'virtualMs' | 'isStranded'
> & {
  /** Milliseconds of processor time. */
  readonly tookMs: number
}

/** What a worker says: which seed it begins with, and what has come of a batch. */
export type Told = { readonly begins: number } | { readonly ran: readonly Ran[] }
