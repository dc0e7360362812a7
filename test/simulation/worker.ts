import { simulate } from '../../lib/testing/simulation'
import { campaign } from './campaign'
import type { Batch, Ran } from './messages'

function run(seed: number): Ran {
  const before = process.cpuUsage()
  const { ok, failure, trace, events, virtualMs, isStranded } = campaign(seed, simulate<unknown, unknown, unknown>)
  const { user, system } = process.cpuUsage(before)
  return { seed, ok, failure, trace, events, virtualMs, isStranded, tookMs: (user + system) / 1000 }
}

/** Runs the seeds that its parent sends, and tells of each batch, until the parent lets go. */
export function work(): void {
  process.on('message', (batch: Batch) => process.send?.(batch.map(run)))
}
