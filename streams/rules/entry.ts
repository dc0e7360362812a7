/** What an entry is for. Consumers see `data` only; the others are Raft's own and leave gaps in what is emitted. */
export type EntryKind = 'data' | 'noop' | 'roster'

/**
 * What is to become an entry, before a leader gives it its place.
 *
 * `session` and `number` name the append that it answers (section 6.3): a session is 20 hexadecimal digits, or empty
 * for Raft's own entries.
 */
export interface Proposal {
  readonly kind: EntryKind
  readonly session: string
  readonly number: number
  readonly payload: Uint8Array
}

/**
 * An entry of the replicated log (section 3.3). `time` is the leader's clock in milliseconds, which never goes back from
 * entry to entry.
 */
export interface LogEntry extends Proposal {
  readonly index: number
  readonly term: number
  readonly time: number
}

/** Which entry stands where: two logs that hold the same position hold the same entries up to it (section 3.5). */
export interface Position {
  readonly index: number
  readonly term: number
}

/** The position before the first entry. */
export const ORIGIN: Position = { index: 0, term: 0 }

/** Bytes that an entry takes in memory and in batches: its payload and a header. */
export const entryBytes = (entry: LogEntry): number => entry.payload.byteLength + ENTRY_HEADER_BYTES

/** Bytes of an entry's header in a framed batch. */
export const ENTRY_HEADER_BYTES = 48
