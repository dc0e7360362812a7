import { decodeEntries } from '../../../streams/contracts/entry-codec'
import type { LogEntry } from '../../../streams/rules/entry'
import type { Bench, Said } from './bench'

/** Lets a leader's first entry commit by `b` and `c`, and forgets what that took. */
export function establish(bench: Bench): Bench {
  const { term } = bench
  const match = bench.replica.parts.log.last.index
  bench.pass(1).acknowledge('b', { term, match }).acknowledge('c', { term, match }).pass(1)
  if (bench.replica.commit !== match) throw new Error('Its first entry has not committed.')
  bench.said()
  return bench
}

/** The entries of an `append-entries`. */
export const entriesOf = ({ entries }: Said): readonly LogEntry[] =>
  entries instanceof Uint8Array ? decodeEntries(entries) : []

/** Which entries were sent to a member: their indexes, message by message. */
export const batchesTo = (to: string, said: readonly Said[]): readonly (readonly number[])[] =>
  said
    .filter(message => message.to === to)
    .map(message => entriesOf(message).map(({ index }) => index))
    .filter(indexes => indexes.length > 0)

/** A refusal, as of a member whose log ends at an index. */
export const refusal = (term: number, refusedIndex: number, hintIndex: number, hintTerm: number) => {
  const nothing = { incarnation: 1, round: 1, match: 0, verified: 0, fits: false }
  return { type: 'append-reply', term, ...nothing, refusedIndex, hintIndex, hintTerm }
}
