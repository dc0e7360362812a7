import type { Torn } from '../../../plugins/storage-memory/index.js'
import { verb, type Verb } from './command.js'
import type { Story } from './story.js'
import type { Words } from './words.js'

/** Founds a cluster and grows it, one after another, until all are voters and idle. */
function grow(words: Words, story: Story): void {
  const size = words.number('A size')
  words.end()
  const first = story.found()
  const { cluster } = story
  cluster.until(() => first.isLeader, 'the founder to lead')
  for (let at = 2; at <= size; at++) {
    const joiner = story.join(`m${at}`, first)
    cluster.until(() => cluster.isVoter(joiner), `${joiner.name} to be a voter`)
  }
  cluster.until(() => cluster.isConverged(), 'all to be equal')
}

function torn(words: Words): Torn {
  if (words.takes('torn')) return { part: 0.5 }
  if (words.takes('written')) return 'whole'
  return 'lost'
}

function crash(words: Words): void {
  const members = words.someMembers()
  const left = torn(words)
  words.end()
  for (const member of members) member.crash(left)
}

function join(words: Words, story: Story): void {
  const name = words.word('A name')
  if (story.cast.some(member => member.name === name)) words.fail(`There is a member '${name}' already.`)
  words.must('by')
  const by = words.member()
  words.end()
  story.join(name, by)
}

function patience(words: Words, story: Story): void {
  do {
    const members = words.someMembers()
    const ms = words.takes('drawn') ? undefined : words.duration('Patience')
    const least = story.cluster.settings.electionTimeoutMs
    if (ms !== undefined && (ms < least || ms >= 2 * least))
      words.fail(`Patience is at least ${least}ms and less than ${2 * least}ms.`)
    for (const member of members) story.setPatience(member, ms)
  } while (!words.isAtEnd)
}

function disk(words: Words): void {
  const member = words.member()
  const what = words.oneOf('behaviour', ['work', 'hang', 'fail', 'fail-next', 'fail-reads', 'read', 'take'])
  if (what === 'take') member.disk.latencyMs = words.duration('A time')
  else if (what === 'fail-next') member.disk.failNextWrite()
  else if (what === 'fail-reads') member.disk.reads = 'fail'
  else if (what === 'read') member.disk.reads = 'work'
  else member.disk.writes = what
  words.end()
}

/** Makes a snapshot on each member, of at least so many bytes. */
function compact(words: Words): void {
  const members = words.someMembers()
  const bytes = words.isAtEnd ? 0 : words.number('A size')
  if (bytes > 0) words.must('bytes')
  words.end()
  for (const member of members) {
    member.snapshotBytes = bytes
    member.compact()
  }
}

const toAll =
  (act: (member: ReturnType<Words['member']>, story: Story) => void) =>
  (words: Words, story: Story): void => {
    const members = words.someMembers()
    words.end()
    for (const member of members) act(member, story)
  }

/** What is done to members themselves. */
export const MEMBER_COMMANDS: Readonly<Record<string, Verb>> = {
  found: verb('found', (words, story) => {
    words.end()
    story.found()
  }),
  grow: verb('grow SIZE', grow),
  crash: verb('crash MEMBERS [torn | written]', crash),
  stop: verb(
    'stop MEMBERS',
    toAll(member => member.stop()),
  ),
  start: verb(
    'start MEMBERS',
    toAll((member, story) => story.start(member)),
  ),
  pause: verb(
    'pause MEMBERS',
    toAll(member => member.pause()),
  ),
  resume: verb(
    'resume MEMBERS',
    toAll(member => member.resume()),
  ),
  join: verb('join NAME by MEMBER', join),
  patience: verb('patience MEMBERS TIME | drawn …', patience),
  disk: verb('disk MEMBER work | hang | fail | fail-next | fail-reads | read | take TIME', disk),
  compact: verb('compact MEMBERS [SIZE bytes]', compact),
}
