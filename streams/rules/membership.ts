import { findMember, isMember, type Roster } from './roster.js'

/** A change of one member (section 4.1). */
export type RosterChange =
  | { readonly type: 'add'; readonly id: string; readonly address: string }
  | { readonly type: 'promote'; readonly id: string }
  | { readonly type: 'remove'; readonly id: string }

export type ChangeVerdict =
  | { readonly verdict: 'change'; readonly roster: Roster }
  /** It is so already: changes are named by the member, and asking again is no other change. */
  | { readonly verdict: 'done' }
  | { readonly verdict: 'address-taken'; readonly by: string }
  | { readonly verdict: 'last-voter' }
  | { readonly verdict: 'not-member' }

const add = (roster: Roster, id: string, address: string, index: number): ChangeVerdict => {
  if (isMember(roster, id)) return { verdict: 'done' }
  const holder = [...roster.voters, ...roster.outgoing, ...roster.learners].find(member => member.address === address)
  if (holder !== undefined) return { verdict: 'address-taken', by: holder.id }
  const learners = [...roster.learners, { id, address, incarnation: index }]
  return { verdict: 'change', roster: { ...roster, index, learners } }
}

const promote = (roster: Roster, id: string, index: number): ChangeVerdict => {
  if (roster.voters.some(voter => voter.id === id)) return { verdict: 'done' }
  const learner = findMember(roster, id)
  if (learner === undefined) return { verdict: 'not-member' }
  const learners = roster.learners.filter(member => member.id !== id)
  return { verdict: 'change', roster: { ...roster, index, voters: [...roster.voters, learner], learners } }
}

const remove = (roster: Roster, id: string, index: number): ChangeVerdict => {
  if (!isMember(roster, id)) return { verdict: 'done' }
  const voters = roster.voters.filter(member => member.id !== id)
  if (voters.length === 0) return { verdict: 'last-voter' }
  const learners = roster.learners.filter(member => member.id !== id)
  return { verdict: 'change', roster: { ...roster, index, voters, learners } }
}

/** What a change makes of a roster when it becomes the entry at `index`: at most one voter comes or goes. */
export function changeRoster(roster: Roster, change: RosterChange, index: number): ChangeVerdict {
  switch (change.type) {
    case 'add':
      return add(roster, change.id, change.address, index)
    case 'promote':
      return promote(roster, change.id, index)
    case 'remove':
      return remove(roster, change.id, index)
  }
}

/** Whether a leader may begin a change: none is uncommitted, and an entry of its own term has committed (section 4.1). */
export const mayChange = (roster: Roster, committed: number, firstOfTerm: number): boolean =>
  roster.index <= committed && committed >= firstOfTerm
