import { simulate } from '../../lib/testing/simulation'
import { campaign } from './campaign'
import type { Batch, Ran, Told } from './messages'

function run(seed: number): Ran {
  const before = process.cpuUsage()
  const { ok, failure, trace, events, virtualMs, isStranded } = campaign(seed, simulate<unknown, unknown, unknown>)
  const { user, system } = process.cpuUsage(before)
  return { seed, ok, failure, trace, events, virtualMs, isStranded, tookMs: (user + system) / 1000 }
}

/** Runs the seeds that its parent sends, and tells of each batch, until the parent lets go. */
export function work(): void {
  const tell = (told: Told): void => void process.send?.(told)
  process.on('message', (batch: Batch) => {
    const ran = batch.map(seed => {
      tell({ begins: seed })
      return run(seed)
    })
    tell({ ran })
  })
}
