import assert from 'node:assert/strict'
import { checkOptions } from './check-options.js'
import { lowerLimits, type Limits } from '../cluster/limits.js'
import { pretendNext } from '../cluster/next-version.js'
import type { SimulationOptions, SimulationReport } from './options.js'
import { Simulation } from './simulation.js'

/** Small enough that a short run gets to pipelines, chunks, tails and windows. */
const SMALL: Partial<Limits> = {
  tailEntries: 4,
  recentBytes: 400,
  tailBytes: 1500,
  batchBytes: 500,
  readBytes: 600,
  snapshotChunkBytes: 300,
  writeBytes: 400,
  sessionWindow: 8,
  sessions: 20,
  undatedSessions: 3,
  sessionAnswers: 60,
  leastSessionWindow: 3,
  sessionIdleMs: 1500,
  sessionSpanEntries: 2,
  pipelineMessages: 4,
}

/**
 * Runs a whole cluster in one process and in virtual time: the shipped member over a network, disks and clocks of its
 * own, with faults and clients that a seed decides. Then all faults end, and the cluster must recover.
 *
 * Every invariant is asserted after every event; what clients have seen must be linearizable. Nothing outside has a
 * part in it: the same options give the same run.
 *
 * @throws {@link KayakError} `KAYAK_INVALID` for options that can't be simulated.
 */
export function simulate<State, Input, Output>(
  options: SimulationOptions<State, Input, Output>,
): SimulationReport<Input, Output> {
  checkOptions(options)
  const restore = [lowerLimits({ ...SMALL, ...options.limits }), pretendNext()]
  try {
    return run(new Simulation(options))
  } finally {
    for (const end of restore) end()
  }
}

function run<State, Input, Output>(simulation: Simulation<State, Input, Output>): SimulationReport<Input, Output> {
  let failure: string | undefined
  try {
    simulation.run()
  } catch (error) {
    failure =
      error instanceof assert.AssertionError ? error.message : String(error instanceof Error ? error.stack : error)
  }
  simulation.recorder?.end(failure)
  const { cluster, virtualMs, plan, calls } = simulation
  return {
    seed: simulation.seed,
    ok: failure === undefined,
    failure,
    trace: cluster.trace.digest,
    events: cluster.steps,
    virtualMs,
    terms: Math.max(0, ...cluster.checker.ledger.led.keys()),
    committed: cluster.checker.ledger.commit,
    isStranded: simulation.isStranded,
    plan,
    calls,
  }
}
