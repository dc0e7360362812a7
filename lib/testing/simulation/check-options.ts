import { KayakError } from '../../../streams/contracts/errors.js'
import { FAULT_KINDS, TROUBLE, type SimulatedFaults } from './faults.js'
import type { SimulationOptions } from './options.js'

const invalid = (what: string): KayakError =>
  new KayakError('KAYAK_INVALID', `What is to be simulated is not valid: ${what}.`)

function checkCount(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) throw invalid(`${name} is an integer from ${String(least)}`)
}

function checkFaults(faults: SimulatedFaults): void {
  const missing = Object.keys(TROUBLE).find(name => !Object.hasOwn(faults, name))
  if (missing !== undefined) throw invalid(`faults.${missing} is missing; begin with QUIET or TROUBLE`)
  for (const [kind, everyMs] of Object.entries(faults.everyMs)) {
    if (!FAULT_KINDS.some(known => known === kind)) throw invalid(`faults.everyMs: there is no fault '${kind}'`)
    if (!(everyMs >= 1)) throw invalid(`faults.everyMs.${kind} is a number from 1`)
  }
}

/**
 * Refuses what would run for ever, or something else than was meant.
 *
 * @throws {@link KayakError} `KAYAK_INVALID`, naming the option.
 */
export function checkOptions<State, Input, Output>(options: SimulationOptions<State, Input, Output>): void {
  const { seed, members = 3, duration = 0, faults = TROUBLE, workload } = options
  checkCount('seed', seed, 0)
  checkCount('members', members, 1)
  checkCount('workload.clients', workload.clients, 0)
  if (!Number.isFinite(duration) || duration < 0) throw invalid('duration is a number from 0')
  checkFaults(faults)
}
