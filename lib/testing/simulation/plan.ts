import type { Random } from '../../../streams/contracts/clock.js'
import { seededRandom } from '../seeded-random.js'
import { FAULT_KINDS, type FaultKind, type SimulatedFaults } from './faults.js'

/** A fault to come. What it strikes is drawn beforehand, so that leaving out others changes nothing of it. */
export interface PlannedFault {
  /** Names it within its plan. */
  readonly id: number
  /** After so many milliseconds. */
  readonly atMs: number
  readonly kind: FaultKind
  readonly lastsMs: number
  /** Chances in [0, 1), for what it has to choose. */
  readonly dice: readonly number[]
}

const DICE = 4

/** Times of a kind: as those of a Poisson process, which knows no rhythm. */
function timesOf(random: Random, everyMs: number, durationMs: number): readonly number[] {
  const times: number[] = []
  for (let at = 0; ;) {
    at += -Math.log(1 - random.next()) * everyMs
    if (at >= durationMs) return times
    times.push(Math.round(at))
  }
}

/** The faults of a seed, in order of time. Each kind is drawn for itself: changing one leaves the others alone. */
export function planFaults(seed: number, faults: SimulatedFaults, durationMs: number): readonly PlannedFault[] {
  const [least, most] = faults.lastsMs
  const drawn = FAULT_KINDS.flatMap((kind, at) => {
    const random = seededRandom(seed * FAULT_KINDS.length + at)
    const everyMs = faults.everyMs[kind] ?? 0
    if (everyMs <= 0) return []
    return timesOf(random, everyMs, durationMs).map(atMs => ({
      atMs,
      kind,
      lastsMs: Math.round(least + random.next() * (most - least)),
      dice: Array.from({ length: DICE }, () => random.next()),
    }))
  })
  return drawn.sort((one, other) => one.atMs - other.atMs).map((fault, id) => ({ id, ...fault }))
}
