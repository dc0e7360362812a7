import type { Described } from '../trace-event.js'
import type { About, Group } from './shapes.js'

const words = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : typeof value

/** Which messages belong together, to be shown or hidden. */
const GROUP_OF: Readonly<Record<string, Group>> = {
  'append-entries': 'append',
  'append-reply': 'append',
  'request-vote': 'vote',
  'vote-reply': 'vote',
  'timeout-now': 'vote',
  'install-snapshot': 'snapshot',
  'snapshot-reply': 'snapshot',
}

export const groupOf = ({ type }: Described): Group => GROUP_OF[words(type)] ?? 'forward'

function entriesText({ prevIndex, count, commit, entries }: Described): string {
  const first = Number(prevIndex) + 1
  if (count === 0) return `commit ${words(commit)}`
  const one: unknown = Array.isArray(entries) ? entries[0] : undefined
  return count === 1 ? `entry ${words(one).split(':', 1)[0] ?? first}` : `entries ${first}–${first + Number(count) - 1}`
}

const ask = (pre: unknown): string => (pre === true ? 'pre-vote' : 'vote')

/** What a message says, in a few words. */
const TEXTS: Readonly<Record<string, (fields: Described) => string>> = {
  'append-entries': entriesText,
  'append-reply': ({ fits, match, refusedIndex }) =>
    fits === true ? `has ${words(match)} on disk` : `refuses after ${words(refusedIndex)}`,
  'request-vote': ({ pre, term }) => `${ask(pre)} for term ${words(term)}?`,
  'vote-reply': ({ pre, forTerm, reason }) =>
    `${ask(pre)} for term ${words(forTerm)}: ${reason === 'granted' ? 'yes' : `no, ${words(reason)}`}`,
  'timeout-now': () => 'lead now',
  'install-snapshot': ({ index, offset, bytes }) =>
    `snapshot to ${words(index)}, from byte ${words(offset)} of ${words(bytes)}`,
  'snapshot-reply': ({ index, installed, offset }) =>
    installed === true ? `has snapshot to ${words(index)}` : `wants byte ${words(offset)}`,
  propose: ({ count }) => `append ${words(count)} for me`,
  'propose-reply': ({ verdict }) => words(verdict),
  'read-index': () => 'read for me?',
  'read-index-reply': ({ confirmed, index }) => (confirmed === true ? `read at ${words(index)}` : 'not by me'),
  'change-roster': ({ steps }) => words(steps),
  'change-reply': ({ verdict }) => `change: ${words(verdict)}`,
}

export const messageText = (message: Described): string =>
  'is no message' in message ? 'rubbish' : (TEXTS[words(message.type)]?.(message) ?? words(message.type))

/** The entries that a message carries or acknowledges, or the term that it asks votes for or gives one in. */
export function aboutOf({ type, prevIndex, count, match, pre, reason, term, forTerm }: Described): About | undefined {
  if (type === 'append-entries') return { first: Number(prevIndex) + 1, last: Number(prevIndex) + Number(count) }
  if (type === 'append-reply') return { first: Number(match), last: Number(match) }
  if (type === 'request-vote' && pre === false) return { term: Number(term) }
  return type === 'vote-reply' && pre === false && reason === 'granted' ? { term: Number(forTerm) } : undefined
}
