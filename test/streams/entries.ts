import type { Entry } from '../../streams/contracts/host'
import type { LogEntry } from '../../streams/rules/entry'

/** A committed entry as consumers see it. */
export const entryOf = <T>(index: number, payload: T): Entry<T> => {
  return { index, term: 1, kind: 'data', payload, time: 1000 + index }
}

/** An entry of the log. */
export const logEntry = (index: number, term: number, fields: Partial<LogEntry> = {}): LogEntry => {
  const payload = new Uint8Array([index % 256, term % 256])
  return { index, term, kind: 'data', time: index, session: '', number: 0, payload, ...fields }
}

/** Entries from `first` of these terms. */
export const logEntries = (first: number, terms: readonly number[]): LogEntry[] =>
  terms.map((term, at) => logEntry(first + at, term))
