import { wordsOf, type Drawn } from './chance.js'

/** What `apply` may know besides the state and the command: all of it from the log, and so the same on every member. */
export interface CommandContext {
  /** Of the entry. Indexes increase, and may have gaps. */
  readonly index: number
  readonly term: number
  /** The log's time in milliseconds since the epoch: the leader's clock, made never to go back. */
  readonly now: number
  /**
   * A number from 0, inclusive, to 1. The same on every member, in every version of kayak, and whenever the entry is
   * applied again; another one at each call. Whoever knows the log can know it too: it is no secret.
   */
  readonly random: () => number
  /** A random UUID (version 4), from the same source: unique in all likelihood, and no secret. */
  readonly uuid: () => string
}

const hex = (word: number): string => word.toString(16).padStart(8, '0')

/** The context in which an entry is applied: for an `apply` that is called without a machine. */
export function contextOf(entry: Drawn): CommandContext {
  const { index, term, time: now } = entry
  let words: (() => number) | undefined
  // most commands draw nothing
  const word = (): number => (words ??= wordsOf(entry))()
  return {
    index,
    term,
    now,
    random: () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53,
    uuid: () => {
      const digits = Array.from({ length: 4 }, () => hex(word())).join('')
      const variant = '89ab'.charAt(parseInt(digits.charAt(16), 16) % 4)
      const begin = [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`]
      return [...begin, `${variant}${digits.slice(17, 20)}`, digits.slice(20)].join('-')
    },
  }
}
