import { bridge, deafen, mute, ring, split, type TestMember } from '../../../lib/testing/cluster/index.js'
import type { Faults } from '../../../plugins/transport-memory/index.js'
import { verb, type Verb } from './command.js'
import type { Story } from './story.js'
import type { Words } from './words.js'

function cut(words: Words, story: Story): void {
  const groups = [words.someMembers()]
  while (words.takes('|')) groups.push(words.someMembers())
  words.end()
  split(story.cluster, ...groups)
}

const shape =
  (form: (story: Story, members: readonly TestMember[]) => void) =>
  (words: Words, story: Story): void => {
    const members = words.someMembers()
    words.end()
    form(story, members)
  }

/** Cuts one direction only. */
function block(words: Words, story: Story): void {
  const from = words.member()
  words.must('to')
  const targets = words.someMembers()
  words.end()
  for (const to of targets) story.cluster.network.cut(from.address, to.address)
}

function network(words: Words, story: Story): void {
  let faults: Partial<Faults> = {}
  while (!words.isAtEnd) {
    const what = words.oneOf('fault', ['delay', 'drop', 'duplicate', 'reorder'])
    if (what === 'delay') {
      const least = words.duration('A delay')
      const most = words.takes('to') ? words.duration('A delay') : least
      faults = { ...faults, delayMs: [least, most] }
    } else faults = { ...faults, [what]: words.number('A probability') }
  }
  story.cluster.network.setFaults(faults)
}

/** What is done to the network. */
export const NETWORK_COMMANDS: Readonly<Record<string, Verb>> = {
  cut: verb('cut MEMBERS | MEMBERS …', cut),
  isolate: verb(
    'isolate MEMBERS',
    shape((story, members) => members.forEach(({ address }) => story.cluster.network.isolate(address))),
  ),
  bridge: verb(
    'bridge MEMBER MEMBERS',
    shape((story, members) => bridge(story.cluster, members)),
  ),
  ring: verb(
    'ring MEMBERS',
    shape((story, members) => ring(story.cluster, members)),
  ),
  mute: verb(
    'mute MEMBERS',
    shape((story, members) => members.forEach(member => mute(story.cluster, member))),
  ),
  deafen: verb(
    'deafen MEMBERS',
    shape((story, members) => members.forEach(member => deafen(story.cluster, member))),
  ),
  block: verb('block MEMBER to MEMBERS', block),
  heal: verb('heal', (words, story) => {
    words.end()
    story.cluster.network.heal()
  }),
  network: verb('network [delay TIME [to TIME]] [drop P] [duplicate P] [reorder P]', network),
}
