import type { Operation, TestMember } from '../../../lib/testing/cluster/index.js'
import type { Replica } from '../../../streams/replica/replica.js'
import type { RosterMember } from '../../../streams/rules/roster.js'
import type { Story } from './story.js'
import type { Words } from './words.js'

/** Something that is so or isn't, at any time, and what there is instead. */
export interface Condition {
  readonly isSo: () => boolean
  readonly seen: () => string
}

const same = (wanted: string, seen: () => string): Condition => ({ isSo: () => seen() === wanted, seen })

/** The same of each member that is named after `on`. */
function each(words: Words, wanted: string, seen: (replica: Replica, member: TestMember) => string): Condition {
  words.must('on')
  const members = words.someMembers()
  const of = (member: TestMember): string =>
    member.replica === undefined ? 'does not run' : seen(member.replica, member)
  return {
    isSo: () => members.every(member => of(member) === wanted),
    seen: () => members.map(member => `${member.name}: ${of(member)}`).join('; '),
  }
}

const sorted = (names: readonly string[]): string => [...names].sort().join(' ')

function leader(words: Words, story: Story): Condition {
  const member = words.member()
  if (words.ahead === 'on')
    return each(words, member.name, ({ standing }) => story.narrator.names.ofId(standing.leader?.id))
  return same(member.name, () => (story.cluster.leaders.length === 0 ? 'nobody' : story.cluster.leader.name))
}

const leaders = (words: Words, story: Story): Condition =>
  same(sorted(words.members().map(({ name }) => name)), () => sorted(story.cluster.leaders.map(({ name }) => name)))

function role(words: Words): Condition {
  const wanted = words.oneOf('role', ['leader', 'candidate', 'follower'])
  return each(words, wanted, ({ standing }) => standing.role)
}

const numbered =
  (what: string, seen: (replica: Replica) => number) =>
  (words: Words): Condition =>
    each(words, String(words.number(what)), replica => String(seen(replica)))

function state(words: Words): Condition {
  const wanted = words.texts().map(text => JSON.stringify(text))
  return each(words, wanted.join(' '), (_, member) => member.state)
}

const roster =
  (list: (replica: Replica) => readonly RosterMember[]) =>
  (words: Words, story: Story): Condition =>
    each(words, sorted(words.members().map(({ name }) => name)), replica =>
      sorted(list(replica).map(({ id }) => story.narrator.names.ofId(id))),
    )

function outcome(words: Words, name: string, story: Story): Condition {
  const wanted = words.oneOf('outcome', ['done', 'rejected', 'unknown', 'waiting'])
  const detail = words.ahead?.startsWith('KAYAK_') === true ? words.word('A code') : undefined
  const index = words.takes('at') ? words.number('An index') : undefined
  const of = ({ ending, error, index: at }: Operation): string =>
    [ending ?? 'waiting', ...(detail === undefined ? [] : [error?.code]), ...(index === undefined ? [] : [at])].join(
      ' ',
    )
  const full = [wanted, ...(detail === undefined ? [] : [detail]), ...(index === undefined ? [] : [index])].join(' ')
  return same(full, () => {
    const operation = story.operation(name)
    return operation === undefined ? `nobody has asked for '${name}'` : of(operation)
  })
}

const ofMember =
  (verb: string) =>
  (words: Words, story: Story): Condition =>
    outcome(words, `${verb} ${words.member().name}`, story)

const append = (words: Words, story: Story): Condition => outcome(words, `append ${words.text('An append')}`, story)

function ended(words: Words): Condition {
  const members = words.someMembers()
  const wanted = words.oneOf('end', ['crashed', 'stopped', 'removed', 'failed'])
  const of = ({ end }: TestMember): string => (typeof end === 'object' ? 'failed' : (end ?? 'runs'))
  return {
    isSo: () => members.every(member => of(member) === wanted),
    seen: () => members.map(member => `${member.name}: ${of(member)}`).join('; '),
  }
}

/** Whether the story so far has a line of a member with these words in it. */
function told(words: Words, story: Story): Condition {
  const { name } = words.member()
  const text = words.text('What is told')
  const isIt = (line: { who: string; text: string }): boolean => line.who === name && line.text.includes(text)
  return {
    isSo: () => story.narrator.lines.some(isIt),
    seen: () => (story.narrator.lines.some(isIt) ? 'it was told' : 'nothing like it was told'),
  }
}

function converged(words: Words, story: Story): Condition {
  const members = words.members()
  const those = (): readonly TestMember[] => (members.length > 0 ? members : story.cluster.running)
  return {
    isSo: () => story.cluster.isConverged(those()) && new Set(those().map(member => member.state)).size === 1,
    seen: () => 'they differ',
  }
}

/** What can be expected, by its first word. */
export const CONDITIONS: Readonly<Record<string, (words: Words, story: Story) => Condition>> = {
  leader,
  leaders,
  role,
  term: numbered('A term', ({ standing }) => standing.term),
  committed: numbered('An index', ({ commit }) => commit),
  'log-end': numbered('An index', ({ parts }) => parts.log.last.index),
  'log-begin': numbered('An index', ({ parts }) => parts.log.shape.base.index + 1),
  snapshot: numbered('An index', ({ snapshot }) => snapshot?.index ?? 0),
  state,
  voters: roster(replica => replica.committedRoster.voters),
  learners: roster(replica => replica.committedRoster.learners),
  'counted-voters': roster(replica => replica.roster.voters),
  append,
  barrier: ofMember('barrier'),
  join: ofMember('join'),
  add: ofMember('add'),
  remove: ofMember('remove'),
  ended,
  told,
  converged,
}

/** What `expect` and `until` understand. */
export function condition(words: Words, story: Story): Condition {
  if (words.takes('not')) {
    const { isSo, seen } = condition(words, story)
    return { isSo: () => !isSo(), seen }
  }
  const name = words.word('What is to be so')
  const read = CONDITIONS[name]
  if (read === undefined) return words.fail(`'${name}' can't be expected: ${Object.keys(CONDITIONS).join(', ')}.`)
  return read(words, story)
}
