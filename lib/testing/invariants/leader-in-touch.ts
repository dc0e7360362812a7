import type { Verdict } from '../cluster/step.js'

/** A leader as it looks from outside. Times are of the simulation, in milliseconds. */
export interface SeenLeader {
  readonly life: string
  readonly now: number
  readonly electionTimeoutMs: number
  /** Since when it leads and has run without a pause. */
  readonly since: number
  /** Whether it has heard a quorum since a moment, itself among them. */
  readonly hearsQuorum: (since: number) => boolean
  /** Since when the oldest write to its log, or of its vote, has been under way; undefined without one. */
  readonly writingSince: number | undefined
  /** Whether it is a quorum alone: then there is nobody else to lead. */
  readonly isAlone: boolean
  /** For how many election timeouts its process stood still last, as the leader that it is; 0 if it never did. */
  readonly heldTimeouts: number
}

/** How many election timeouts a leader may take until it sees that it is cut off: one, and half of one to look, by a slow clock. */
const SILENCE = 2.5
/** And until it sees that its disk hangs: two, and half of one to look, by a slow clock. */
const HANGING = 3.5
/** How long it may stand still and go on leading: one, and a beat, by a slow clock. */
const HELD = 1.75

/**
 * 17. Whoever leads is of use: one that hears no quorum any more, or whose disk hangs, gives up in bounded time, so that
 * another can lead; and one whose process stood still for too long gives up as it goes on.
 */
export function leaderInTouch(leader: SeenLeader): Verdict {
  const { life, now, electionTimeoutMs, since, hearsQuorum, writingSince, isAlone, heldTimeouts } = leader
  const ago = (timeouts: number): number => now - timeouts * electionTimeoutMs
  if (isAlone) return undefined
  if (heldTimeouts > HELD)
    return `${life} leads on though it stood still for ${heldTimeouts.toFixed(1)} election timeouts`
  if (since < ago(SILENCE) && !hearsQuorum(ago(SILENCE))) return `${life} leads though it hears no quorum`
  const hangs = writingSince !== undefined && Math.max(writingSince, since) < ago(HANGING)
  return hangs ? `${life} leads though its disk hangs` : undefined
}
