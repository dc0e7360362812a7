import { isDeepStrictEqual } from 'node:util'
import { changeRoster, leaveJoint, type RosterChange } from '../../../streams/rules/membership.js'
import type { Roster } from '../../../streams/rules/roster.js'
import type { Verdict } from '../cluster/step.js'

/** A roster that a leader has just made, and what it was asked for and has not answered. */
export interface MadeRoster {
  readonly life: string
  readonly before: Roster
  readonly made: Roster
  readonly open: readonly RosterChange[]
}

/** What is left out is as good as what is undefined. */
const plain = (roster: Roster): unknown => JSON.parse(JSON.stringify(roster))
/** However their fields are ordered. */
const isSame = (one: Roster, other: Roster): boolean => isDeepStrictEqual(plain(one), plain(other))

/**
 * 22. A leader makes no roster but what somebody waits for, of the roster that he means; besides it promotes learners who
 * are to become voters, and leaves what is joint. So a change that is over, or was refused, is never made again.
 */
export function rostersAskedFor({ life, before, made, open }: MadeRoster): Verdict {
  const comesOf = (change: RosterChange): boolean => {
    const judged = changeRoster(before, { steps: change.steps }, made.index)
    return judged.verdict === 'change' && isSame(judged.roster, made)
  }
  const promotions = before.learners
    .filter(({ staysLearner = false }) => !staysLearner)
    .map(({ id }): RosterChange => ({ steps: [{ type: 'promote', id }] }))
  const isLeft = before.outgoing.length > 0 && isSame(leaveJoint(before, made.index), made)
  if (isLeft || promotions.some(comesOf)) return undefined
  const asked = open.filter(comesOf)
  if (asked.length === 0) return `${life} makes a roster at ${made.index} that nobody waits for`
  return asked.every(({ ifIndex = before.index }) => ifIndex !== before.index)
    ? `${life} makes a roster at ${made.index} of the one at ${before.index}, which was not meant`
    : undefined
}
