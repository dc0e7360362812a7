import { LIMITS } from '../../../streams/contracts/limits.js'
import { verb, type Act, type Verb } from './command.js'
import { condition } from './conditions.js'
import { showLogs, showMembers, showStates } from './show.js'
import type { Story } from './story.js'
import type { Words } from './words.js'

const LIMIT_MS = 10_000

function run(words: Words, story: Story): void {
  const ms = words.duration('A time')
  words.end()
  story.cluster.run(ms)
}

function until(words: Words, story: Story): void {
  const { isSo, seen } = condition(words, story)
  const limit = words.takes('within') ? words.duration('A time') : LIMIT_MS
  words.end()
  const { cluster } = story
  const end = cluster.clock.now() + limit
  while (!isSo()) {
    if ((cluster.clock.next ?? Infinity) > end || !cluster.step())
      words.fail(`It is not so within ${limit} ms; instead: ${seen()}\n${cluster.describe()}`)
  }
}

function expectation(words: Words, story: Story): void {
  const { isSo, seen } = condition(words, story)
  words.end()
  if (!isSo()) words.fail(`It is not so; instead: ${seen()}\n${story.cluster.describe()}`)
}

/** Sees that something is so after every event for so long. */
function throughout(words: Words, story: Story): void {
  const ms = words.duration('A time')
  const { isSo, seen } = condition(words, story)
  words.end()
  const { cluster } = story
  const end = cluster.clock.now() + ms
  while ((cluster.clock.next ?? Infinity) <= end) {
    cluster.step()
    if (!isSo()) words.fail(`It is not so any more; instead: ${seen()}\n${cluster.describe()}`)
  }
  cluster.run(end - cluster.clock.now())
}

const show: Act = (words, story) => {
  const what = words.oneOf('thing to show', ['log', 'members', 'state'])
  const from = what === 'log' && words.takes('from') ? words.number('An index') : 0
  const named = words.members()
  words.end()
  const members = named.length > 0 ? named : story.cast
  if (what === 'log') return showLogs(members, from)
  return what === 'members' ? showMembers(story, members) : showStates(members)
}

const isLimit = (name: string): name is keyof typeof LIMITS => Object.hasOwn(LIMITS, name)

function limit(words: Words, story: Story): void {
  while (!words.isAtEnd) {
    const name = words.word('A limit')
    if (!isLimit(name)) return words.fail(`There is no limit '${name}': see contracts/limits.ts.`)
    story.lower({ [name]: words.number('A limit') })
  }
}

function seed(words: Words, story: Story): void {
  if (story.hasBegun) words.fail('The seed comes before everything else.')
  story.options = { ...story.options, seed: words.number('A seed') }
  words.end()
}

/** What is told one by one from now on. */
function messages(words: Words, story: Story): void {
  story.narrator.withMessages = words.oneOf('choice', ['on', 'off']) === 'on'
  words.end()
}

/** Time, what is looked at, and what is to be so. */
export const STORY_COMMANDS: Readonly<Record<string, Verb>> = {
  seed: verb('seed NUMBER', seed),
  limit: verb('limit NAME NUMBER …', limit),
  messages: verb('messages on | off', messages),
  run: verb('run TIME', run),
  until: verb('until CONDITION [within TIME]', until),
  expect: verb('expect CONDITION', expectation),
  throughout: verb('throughout TIME CONDITION', throughout),
  show: { usage: 'show log [from INDEX] | members | state [MEMBERS]', act: show },
}
