import type { Roster } from '../../../streams/rules/roster.js'
import type { Step, Verdict } from '../cluster/step.js'

/** How many voters two rosters don't share. */
function difference(a: Roster, b: Roster): number {
  const [left, right] = [new Set(a.voters.map(voter => voter.id)), new Set(b.voters.map(voter => voter.id))]
  return [...left].filter(id => !right.has(id)).length + [...right].filter(id => !left.has(id)).length
}

/**
 * 11. At most one change is uncommitted on a leader, none before an entry of its own term has committed, and each
 * changes one voter at most, so that quorums of any two rosters in force at a time intersect.
 *
 * Waits for joint consensus: until a roster can be a joint one, what changes more than one voter is wrong.
 */
export function rosterSafety({ life, before, now, mirror }: Step): Verdict {
  const { role, term } = now.standing
  if (role !== 'leader' || now.rosters === before?.rosters) return undefined
  const uncommitted = now.rosters.filter(roster => roster.index > now.commit)
  const own = uncommitted.filter(roster => mirror.at(roster.index)?.term === term)
  if (own.length === 0) return undefined
  if (uncommitted.length > 1) return `${life} begins a change while another is uncommitted`
  if (mirror.at(now.commit)?.term !== term) return `${life} begins a change before an entry of its term has committed`
  const [earlier, newest] = now.rosters.slice(-2)
  if (earlier === undefined || newest === undefined || newest.outgoing.length > 0) return undefined
  const voters = difference(earlier, newest)
  return voters <= 1 ? undefined : `${life} changes ${voters} voters at once`
}

/** 11. The rosters that a member goes by are those of its log: one takes effect when appended, and goes with its entry. */
export function rostersOfLog({ life, now, mirror }: Step): Verdict {
  const strange = now.rosters.find(({ index }) => index > now.snapshot && mirror.at(index)?.isRoster !== true)
  return strange && `${life} goes by a roster of entry ${strange.index}, which is none in its log`
}
