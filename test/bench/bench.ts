import type { BenchOptions } from './options'
import type { Report } from './report'
import type { Workshop } from './workshop'

/** What a scenario has at hand. */
export interface Bench {
  readonly options: BenchOptions
  readonly workshop: Workshop
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
