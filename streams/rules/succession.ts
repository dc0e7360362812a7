import type { RosterMember } from './roster.js'

/** A voter who might lead next, as the leader knows it. */
export interface Heir extends RosterMember {
  /** Whether it has been heard within an election timeout. */
  readonly isAlive: boolean
  /** Up to where it holds the leader's log. */
  readonly match: number
}

const priorityOf = ({ priority = 0 }: RosterMember): number => priority

/** Who takes over best: of those that answer whom most is preferred, and of those who has most (section 3.10). */
export function successor(heirs: readonly Heir[]): Heir | undefined {
  const better = (one: Heir, other: Heir): number => priorityOf(other) - priorityOf(one) || other.match - one.match
  return heirs.filter(({ isAlive }) => isAlive).sort(better)[0]
}

/**
 * Who should lead in the place of a leader: one that is preferred to it, answers, and has all that has committed. Whoever
 * leads goes on until there is one, so that a preference never keeps a cluster from having a leader.
 */
export function preferredTo(leader: RosterMember, heirs: readonly Heir[], committed: number): Heir | undefined {
  return successor(heirs.filter(heir => priorityOf(heir) > priorityOf(leader) && heir.match >= committed))
}
