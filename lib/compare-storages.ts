import type { Opened } from '../streams/contracts/storage.js'
import type { LogEntry } from '../streams/rules/entry.js'

/** The same text for equal values, whatever the order of their fields. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) => {
    if (typeof field !== 'object' || field === null || Array.isArray(field)) return field
    return Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

const sameEntry = (a: LogEntry, b: LogEntry | undefined): boolean =>
  a.index === b?.index &&
  a.term === b.term &&
  a.kind === b.kind &&
  a.time === b.time &&
  a.session === b.session &&
  a.number === b.number &&
  Buffer.compare(a.payload, b.payload) === 0

/** Whether two lists of entries are the same, of which neither is empty. */
export const sameEntries = (some: readonly LogEntry[], others: readonly LogEntry[]): boolean =>
  some.length > 0 && some.length === others.length && some.every((entry, at) => sameEntry(entry, others[at]))

/** Of whom a storage is, whichever of the two goes on. */
const memberOf = ({ identity }: Opened): string => textOf(identity && { ...identity, standing: undefined })

/** What two storages that are open don't both have, of what an opening tells. */
export function differenceOf(some: Opened, others: Opened): string | undefined {
  if (memberOf(some) !== memberOf(others)) return 'identity'
  if (textOf(some.termAndVote) !== textOf(others.termAndVote)) return 'term and vote'
  if (textOf([some.base, some.last, some.runs]) !== textOf([others.base, others.last, others.runs])) return 'log'
  if (textOf(some.rosters.map(({ index }) => index)) !== textOf(others.rosters.map(({ index }) => index))) return 'log'
  return textOf(some.snapshot ?? null) === textOf(others.snapshot ?? null) ? undefined : 'snapshot'
}
