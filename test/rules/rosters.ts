import { EMPTY_ROSTER, type Roster, type RosterMember } from '../../streams/rules/roster'

export const memberOf = (id: string, incarnation = 1): RosterMember => ({ id, address: `${id}:1`, incarnation })

interface Ids {
  readonly voters?: readonly string[]
  readonly outgoing?: readonly string[]
  readonly learners?: readonly string[]
  readonly index?: number
}

/** A roster of members by id, each at an address of its own. */
export const rosterOf = ({ voters = [], outgoing = [], learners = [], index = 1 }: Ids): Roster => ({
  ...EMPTY_ROSTER,
  index,
  voters: voters.map(id => memberOf(id)),
  outgoing: outgoing.map(id => memberOf(id)),
  learners: learners.map(id => memberOf(id)),
})
