import type { Roster, RosterMember } from './roster.js'

/** How many of `size` voters are a majority. */
export const majority = (size: number): number => Math.floor(size / 2) + 1

const majorityOf = (voters: readonly RosterMember[], agrees: (id: string) => boolean): boolean =>
  voters.filter(voter => agrees(voter.id)).length >= majority(voters.length)

/** Whether those who agree are a quorum of the roster: a majority, and in joint consensus one of each half (section 4.3). */
export function isQuorum(roster: Roster, agrees: (id: string) => boolean): boolean {
  if (roster.voters.length === 0) return false
  if (!majorityOf(roster.voters, agrees)) return false
  return roster.outgoing.length === 0 || majorityOf(roster.outgoing, agrees)
}

/** The greatest value that a quorum has reached, where each voter has reached `reached(id)`: an index, a round, a time. */
export function quorumValue(roster: Roster, reached: (id: string) => number): number {
  const halfValue = (voters: readonly RosterMember[]): number => {
    const descending = voters.map(voter => reached(voter.id)).sort((a, b) => b - a)
    return descending[majority(voters.length) - 1] ?? 0
  }
  if (roster.voters.length === 0) return 0
  const incoming = halfValue(roster.voters)
  return roster.outgoing.length === 0 ? incoming : Math.min(incoming, halfValue(roster.outgoing))
}
