import type { Random } from '../../../streams/contracts/clock.js'
import { seededRandom } from '../seeded-random.js'
import { FAULT_KINDS, type FaultKind, type SimulatedFaults } from './faults.js'

/** A fault to come. What it strikes is drawn beforehand, so that leaving out others changes nothing of it. */
export interface PlannedFault {
  /** Names it within its plan, also in a plan of the same seed that ends earlier. */
  readonly id: number
  /** After so many milliseconds. */
  readonly atMs: number
  readonly kind: FaultKind
  readonly lastsMs: number
  /** Chances in [0, 1), for what it has to choose. */
  readonly dice: readonly number[]
}

const DICE = 4

/**
 * The faults of a kind, at times like those of a Poisson process, which knows no rhythm. One after another is drawn, so
 * that a shorter plan is the beginning of a longer one.
 */
function* faultsOf(
  random: Random,
  kind: FaultKind,
  { everyMs, lastsMs: [least, most] }: SimulatedFaults,
): Iterable<Omit<PlannedFault, 'id'>> {
  for (let at = 0; ;) {
    at += -Math.log(1 - random.next()) * (everyMs[kind] ?? Infinity)
    const lastsMs = Math.round(least + random.next() * (most - least))
    yield { atMs: Math.round(at), kind, lastsMs, dice: Array.from({ length: DICE }, () => random.next()) }
  }
}

/** The faults of a seed, in order of time. Each kind is drawn for itself: changing one leaves the others alone. */
export function planFaults(seed: number, faults: SimulatedFaults, durationMs: number): readonly PlannedFault[] {
  const drawn: Omit<PlannedFault, 'id'>[] = []
  FAULT_KINDS.forEach((kind, at) => {
    if ((faults.everyMs[kind] ?? 0) <= 0) return
    for (const fault of faultsOf(seededRandom(seed * FAULT_KINDS.length + at), kind, faults)) {
      if (fault.atMs >= durationMs) return
      drawn.push(fault)
    }
  })
  return drawn.sort((one, other) => one.atMs - other.atMs).map((fault, id) => ({ id, ...fault }))
}
