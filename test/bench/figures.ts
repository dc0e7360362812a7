/** What came of a load: of one run, or of several as medians. */
export interface Figures {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
}

/** What one run has measured. */
export interface Measured extends Figures {
  /** Calls that ended within the time that counts. */
  readonly count: number
  readonly failed: number
}

/** The least and the most of several runs. */
export type Spread = readonly [least: number, most: number]

/** Medians of several runs, and how far these are apart. */
export interface Summary extends Figures {
  readonly spread: { readonly [name in keyof Figures]: Spread }
  readonly failed: number
  readonly rounds: number
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2
}

/** The value that so large a share of all doesn't exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}

export const spreadOf = (values: readonly number[]): Spread => [Math.min(...values), Math.max(...values)]

const NAMES = ['perSecond', 'p50Ms', 'p99Ms', 'p999Ms'] as const

export function summary(runs: readonly Measured[]): Summary {
  const of = (name: keyof Figures) => runs.map(run => run[name])
  const each = <V>(make: (values: readonly number[]) => V) =>
    // made of exactly these names
    Object.fromEntries(NAMES.map(name => [name, make(of(name))])) as Record<keyof Figures, V>
  return {
    ...each(median),
    spread: each(spreadOf),
    failed: runs.reduce((sum, { failed }) => sum + failed, 0),
    rounds: runs.length,
  }
}
