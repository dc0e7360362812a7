import { verb, type Verb } from './command.js'
import type { Story } from './story.js'
import type { Words } from './words.js'

const within = (words: Words): number | undefined => (words.takes('within') ? words.duration('A deadline') : undefined)

function append(words: Words, story: Story): void {
  const at = words.member()
  const payloads = words.texts()
  if (payloads.length === 0) words.text('A payload')
  const timeoutMs = within(words)
  words.end()
  for (const payload of payloads) story.append(payload, at, timeoutMs)
}

function barrier(words: Words, story: Story): void {
  const at = words.member()
  const timeoutMs = within(words)
  words.end()
  story.barrier(at, timeoutMs)
}

/** Asks to add a member that was one before, or to remove one. */
const change =
  (type: 'add' | 'remove') =>
  (words: Words, story: Story): void => {
    const member = words.member()
    words.must('by')
    const by = words.member()
    words.end()
    const { id, address } = member
    story.change(type, type === 'add' ? { type, id, address } : { type, id }, member, by)
  }

function handOver(words: Words): void {
  const { member, name } = words.member()
  words.end()
  if (member === undefined) return words.fail(`${name} does not run.`)
  member.handOver()
}

/** What callers ask members for. */
export const CALL_COMMANDS: Readonly<Record<string, Verb>> = {
  append: verb('append MEMBER "PAYLOAD" … [within TIME]', append),
  barrier: verb('barrier MEMBER [within TIME]', barrier),
  add: verb('add MEMBER by MEMBER', change('add')),
  remove: verb('remove MEMBER by MEMBER', change('remove')),
  'hand-over': verb('hand-over MEMBER', handOver),
}
