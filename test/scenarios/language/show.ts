import type { TestMember } from '../../../lib/testing/cluster/index.js'
import type { Replica } from '../../../streams/replica/replica.js'
import { isVoter } from '../../../streams/rules/roster.js'
import { table } from './lines.js'
import { entryAt } from './names.js'
import type { Story } from './story.js'

function cell(member: TestMember, replica: Replica, index: number): string {
  const { base, last } = replica.parts.log.shape
  if (index > last.index) return ''
  if (index <= base.index) return '-'
  const entry = entryAt(member, replica, index)
  const names = { noop: 'opening', roster: 'roster', data: JSON.stringify(new TextDecoder().decode(entry?.payload)) }
  const what = entry === undefined ? '?' : `${entry.term} ${names[entry.kind]}`
  return index > replica.commit ? `${what} ?` : what
}

/**
 * Logs, an entry a column, with its term: `?` behind what a member doesn't know to have committed, `-` for what is
 * only in its snapshot.
 */
export function showLogs(members: readonly TestMember[], from: number): readonly string[] {
  const replicas = members.flatMap(member =>
    member.replica === undefined ? [] : [{ member, replica: member.replica }],
  )
  const last = Math.max(0, ...replicas.map(({ replica }) => replica.parts.log.last.index))
  const bases = replicas.map(({ replica }) => replica.parts.log.shape.base.index)
  // what nobody has in its log any more is one column
  const first = Math.max(1, from, Math.min(...bases))
  const indexes = Array.from({ length: last - first + 1 }, (_, at) => first + at)
  return table([
    ['', ...indexes.map(String)],
    ...replicas.map(({ member, replica }) => [member.name, ...indexes.map(index => cell(member, replica, index))]),
  ])
}

function row(story: Story, member: TestMember): readonly string[] {
  const { replica, name, end } = member
  if (replica === undefined) return [name, typeof end === 'object' ? `failed: ${end.failed.code}` : (end ?? 'opens')]
  const { names } = story.narrator
  const { standing, commit, parts, roster } = replica
  const { role, term, vote, leader } = standing
  const isLearner = role === 'follower' && !isVoter(roster, member.id)
  const { base, last } = parts.log.shape
  return [
    name,
    isLearner ? 'learner' : role,
    String(term),
    vote === undefined ? '-' : names.ofId(vote),
    leader === undefined ? '-' : names.ofId(leader.id),
    `${base.index + 1}..${last.index}`,
    String(commit),
    names.ofRoster(roster),
  ]
}

export const showMembers = (story: Story, members: readonly TestMember[]): readonly string[] =>
  table([
    ['', 'role', 'term', 'vote', 'leader', 'log', 'committed', 'roster'],
    ...members.map(member => row(story, member)),
  ])

export const showStates = (members: readonly TestMember[]): readonly string[] =>
  table(members.map(member => [member.name, member.state === '' ? 'nothing' : member.state]))
