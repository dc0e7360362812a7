import type { ClusterSettings } from '../../../streams/rules/roster.js'
import type { Limits } from '../cluster/limits.js'
import type { Call } from '../linearizability/history.js'
import type { Observe } from '../replay/trace-event.js'
import type { SimulatedFaults } from './faults.js'
import type { SimulatedMachine } from './machine.js'
import type { PlannedFault } from './plan.js'
import type { Workload } from './workload.js'

/** What to simulate. The same options give the same run. */
export interface SimulationOptions<State, Input, Output> {
  readonly seed: number
  /** Members to begin with. Default 3. */
  readonly members?: number
  /** What goes wrong. Default {@link TROUBLE}. */
  readonly faults?: SimulatedFaults
  /** What clients do, and what should come of it. */
  readonly workload: Workload<State, Input, Output>
  /** Makes a member's machine. Default: one that does what the workload's model says. */
  readonly machine?: () => SimulatedMachine<Input, Output>
  /** How long things go wrong, in virtual milliseconds. Default 10,000. */
  readonly duration?: number
  /** The faults, instead of those that the seed gives: as when a run is shrunk. */
  readonly plan?: readonly PlannedFault[]
  /**
   * Whether leaders may answer by a lease, and how far clocks may run apart within one. Default: they may not. Clocks that
   * jump while a process runs break what leases build on: leave `clock-jump` out.
   */
  readonly leases?: Pick<ClusterSettings, 'leaseMs' | 'clockBoundMs'>
  /** Bounds of kayak's that are lowered, so that what happens at them happens often. */
  readonly limits?: Partial<Limits>
  /** Is told of everything that happens, as it happens; the run is the same without it, and faster. Default: nobody. */
  readonly observe?: Observe
}

/** What became of a simulation. */
export interface SimulationReport<Input, Output> {
  readonly seed: number
  readonly ok: boolean
  /** What was wrong, where something was. */
  readonly failure: string | undefined
  /** A digest of all that happened: equal for equal runs. */
  readonly trace: string
  /** Events, virtual milliseconds and terms that it took. */
  readonly events: number
  readonly virtualMs: number
  readonly terms: number
  readonly committed: number
  /** Whether lost disks have left no quorum for good, so that nothing but safety could be judged. */
  readonly isStranded: boolean
  readonly plan: readonly PlannedFault[]
  /** What clients did and saw. */
  readonly calls: readonly Call<Input, Output>[]
}
