import type { Verdict } from '../cluster/step.js'

/** What a member says to have of one snapshot, and what it said before, so many election timeouts ago. */
export interface SaidToHave {
  readonly life: string
  readonly index: number
  readonly before: number
  readonly now: number
  readonly agoTimeouts: number
}

/** For so long the rest of a snapshot is waited for, by a clock that is fast. */
const WAITS = 3

/** 23. A snapshot that breaks off goes on where it did: who has some of its bytes isn't sent them again. */
export const goesOn = ({ life, index, before, now, agoTimeouts }: SaidToHave): Verdict =>
  now < before && agoTimeouts < WAITS
    ? `${life} had ${before} bytes of the snapshot at ${index}, and now has ${now}`
    : undefined
