import { TROUBLE } from './faults.js'
import type { SimulationOptions } from './options.js'
import { planFaults } from './plan.js'

/** What makes a run smaller than its seed's, and yet the same each time: as words of a command line say it. */
export interface Narrowing {
  readonly members?: number
  readonly clients?: number
  /** In virtual milliseconds. */
  readonly durationMs?: number
  /** The faults that are left, by their ids in the plan of the seed. */
  readonly faults?: readonly number[]
}

const DURATION_MS = 10_000

/** The run of a seed, made smaller. */
export function narrowed<State, Input, Output>(
  options: SimulationOptions<State, Input, Output>,
  { members, clients, durationMs, faults }: Narrowing,
): SimulationOptions<State, Input, Output> {
  const duration = durationMs ?? options.duration ?? DURATION_MS
  const plan = options.plan ?? planFaults(options.seed, options.faults ?? TROUBLE, duration)
  return {
    ...options,
    duration,
    ...(members === undefined ? {} : { members }),
    ...(clients === undefined ? {} : { workload: { ...options.workload, clients } }),
    plan: faults === undefined ? plan : plan.filter(({ id }) => faults.includes(id)),
  }
}

/** What has become smaller from one run of a seed to another: {@link narrowed} makes the other of the one again. */
export function narrowing<State, Input, Output>(
  whole: SimulationOptions<State, Input, Output>,
  small: SimulationOptions<State, Input, Output>,
): Narrowing {
  const { members, workload, duration, plan } = small
  return {
    ...(members === undefined || members === whole.members ? {} : { members }),
    ...(workload.clients === whole.workload.clients ? {} : { clients: workload.clients }),
    ...(duration === undefined || duration === whole.duration ? {} : { durationMs: duration }),
    ...(plan === undefined ? {} : { faults: plan.map(({ id }) => id) }),
  }
}
