import type { TestMember } from './test-member.js'

/** How a member stands, in one line. */
export function standingOf({ name, replica, end }: TestMember, nameOf: (id: string) => string): string {
  if (replica === undefined) return `${name}: ${typeof end === 'object' ? String(end.failed) : String(end)}`
  const { standing, commit, applied, parts, roster } = replica
  const { role, term, leader } = standing
  const names = (list: readonly { readonly id: string }[]): string => list.map(({ id }) => nameOf(id)).join(' ')
  const log = `${parts.log.shape.base.index}..${parts.log.last.index}, durable ${parts.disk.durable}`
  const leads = leader === undefined ? 'no leader' : `leader ${nameOf(leader.id)}`
  const voters = `voters ${names(roster.voters)}${roster.outgoing.length > 0 ? `, outgoing ${names(roster.outgoing)}` : ''}`
  return `${name}: ${role} of term ${term}, ${leads}, log ${log}, committed ${commit}, applied ${applied}, ${voters}`
}
