import { Cluster, type Placing } from './cluster'
import type { BenchOptions } from './options'
import type { Report } from './report'
import type { MemberProcesses } from './member-processes'
import type { Workshop } from './workshop'

/** What a scenario has at hand. */
export interface Bench {
  readonly options: BenchOptions
  readonly workshop: Workshop
  readonly processes: MemberProcesses
  /** Those that are to be measured. */
  readonly storages: readonly string[]
  /** Whether one of a scenario's names is to be measured. */
  wants(name: string): boolean
  say(line: string): void
}

/** Something that is measured. */
export interface Scenario {
  /** By which it is asked for; as the fields of the report that it fills. */
  readonly names: readonly (keyof Report)[]
  run(bench: Bench): Promise<Partial<Report>>
}

/** Runs something on a cluster of its own, of the package that is measured. */
export async function onCluster<T>(
  { options, processes }: Bench,
  placing: Omit<Placing, 'root'>,
  run: (cluster: Cluster) => Promise<T>,
  size?: number,
): Promise<T> {
  const cluster = await Cluster.grow(processes, { root: options.kayak, ...placing }, size)
  const result = await run(cluster)
  await cluster.close()
  return result
}

/** Does something for one after another, and gathers what comes of it. */
export async function eachInTurn<T, R>(values: readonly T[], run: (value: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  for (const value of values) results.push(await run(value))
  return results
}

/** Measures each storage: one after another, or all at once where it has to be quick, since most of that is waiting. */
export const eachStorage = <R>({ options, storages }: Bench, run: (storage: string) => Promise<R>) =>
  options.isQuick ? Promise.all(storages.map(run)) : eachInTurn(storages, run)
