import { EMPTY_ROSTER, isMember, members, type Roster, type RosterMember } from './roster.js'

/** The rosters that a log and its snapshot hold, ascending: more than one while changes may yet be rolled back. */
export type RosterHistory = readonly Roster[]

/** The roster in force: the newest, committed or not (section 4.1). */
export const rosterInForce = (history: RosterHistory): Roster => history.at(-1) ?? EMPTY_ROSTER

/** The newest roster at or before an index, as what has committed or what a snapshot holds. */
export const rosterAt = (history: RosterHistory, index: number): Roster =>
  history.findLast(roster => roster.index <= index) ?? EMPTY_ROSTER

/** The rosters that may yet be what the log says: the newest known to have committed, and all that follow it. */
export const possibleRosters = (history: RosterHistory, committed: number): RosterHistory =>
  history.filter(roster => roster.index >= rosterAt(history, committed).index)

/** Who was a member before the newest roster known to have committed, and is none in that or in a later one. */
export function formerMembers(history: RosterHistory, committed: number): readonly RosterMember[] {
  const possible = possibleRosters(history, committed)
  const earlier = history.filter(roster => !possible.includes(roster)).flatMap(members)
  const former = earlier.filter(({ id }) => !possible.some(roster => isMember(roster, id)))
  return [...new Map(former.map(member => [member.id, member])).values()]
}

/** The history after a log was cut back: every roster from `from` on is rolled back. */
export const withoutFrom = (history: RosterHistory, from: number): RosterHistory =>
  history.some(roster => roster.index >= from) ? history.filter(roster => roster.index < from) : history

/** The history after a snapshot: nothing before the roster that it ends with is needed. */
export function sinceSnapshot(history: RosterHistory, snapshotRoster: Roster, index: number): RosterHistory {
  return [snapshotRoster, ...history.filter(roster => roster.index > index)]
}
