import { members, type Roster } from '../../../streams/rules/roster.js'
import type { Step, Verdict } from '../cluster/step.js'

/** How many voters two halves don't share. */
function difference(a: Roster['voters'], b: Roster['voters']): number {
  const [left, right] = [new Set(a.map(voter => voter.id)), new Set(b.map(voter => voter.id))]
  return [...left].filter(id => !right.has(id)).length + [...right].filter(id => !left.has(id)).length
}

/** Whether any quorum of one has a member of any quorum of the next, by how they were made. */
function follows(next: Roster, earlier: Roster): boolean {
  if (earlier.outgoing.length > 0) return next.outgoing.length === 0 && difference(next.voters, earlier.voters) === 0
  if (next.outgoing.length > 0) return difference(next.outgoing, earlier.voters) === 0
  return difference(next.voters, earlier.voters) <= 1
}

/**
 * 11. At most one change is uncommitted on a leader, none before an entry of its own term has committed, and each
 * changes one voter at most, or begins or ends a joint roster, so that quorums of any two rosters in force at a time
 * intersect.
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
  if (earlier === undefined || newest === undefined || follows(newest, earlier)) return undefined
  return `${life} makes a roster at ${newest.index} whose quorums can miss those of the one before`
}

/** 11. The rosters that a member goes by are those of its log: one takes effect when appended, and goes with its entry. */
export function rostersOfLog({ life, now, mirror }: Step): Verdict {
  const strange = now.rosters.find(({ index }) => index > now.snapshot && mirror.at(index)?.isRoster !== true)
  return strange && `${life} goes by a roster of entry ${strange.index}, which is none in its log`
}

/** 11. No member goes by a roster of a version that it doesn't speak: it couldn't read what is replicated from then on. */
export function spokenRoster({ life, before, now, replica }: Step): Verdict {
  if (now.rosters === before?.rosters) return undefined
  const { newest } = replica.parts.versions
  const later = now.rosters.find(({ settings: { version = 1 } }) => version > newest)
  return (
    later && `${life} speaks ${newest}, and goes by a roster at ${later.index} of version ${later.settings.version}`
  )
}

/** 11. Nobody is where another is: whoever dials an address means one member. */
export function oneAddressEach({ life, before, now }: Step): Verdict {
  const newest = now.rosters.at(-1)
  if (newest === undefined || now.rosters === before?.rosters) return undefined
  const addresses = members(newest).map(({ address }) => address)
  const twice = addresses.find((address, at) => addresses.indexOf(address) !== at)
  return twice && `${life} goes by a roster at ${newest.index} that has two members at ${twice}`
}
