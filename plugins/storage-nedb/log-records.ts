import { decodeEntries, encodeEntries } from '../../streams/contracts/entry-codec.js'
import type { LogEntry, Position } from '../../streams/rules/entry.js'
import type { Doc } from './doc.js'
import { corrupt, unreadable } from '../folder/failures.js'

/** What stands in a log file after its header, in the order in which it happened. */
export type LogRecord =
  | { readonly type: 'entries'; readonly entries: readonly LogEntry[] }
  | { readonly type: 'truncate'; readonly from: number }
  | { readonly type: 'compact'; readonly until: Position }

/** The id of the `number`th record, from 1, which is in the line after that. Ids sort as they were given, after the header's. */
export const recordId = (number: number): string => number.toString().padStart(16, '0')

export function toDoc(id: string, record: LogRecord): Doc {
  if (record.type !== 'entries') return { _id: id, ...record }
  // Base64, since NeDB keeps a Uint8Array as an object with a key for each byte.
  const { buffer, byteOffset, byteLength } = encodeEntries(record.entries)
  return { _id: id, type: 'entries', batch: Buffer.from(buffer, byteOffset, byteLength).toString('base64') }
}

const isIndex = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

export function toPosition(value: unknown): Position | undefined {
  if (typeof value !== 'object' || value === null || !('index' in value) || !('term' in value)) return undefined
  return isIndex(value.index) && isIndex(value.term) ? { index: value.index, term: value.term } : undefined
}

/**
 * @throws {@link KayakError} `KAYAK_CORRUPT` for a document that {@link toDoc} doesn't make, `KAYAK_VERSION` for one with
 * a batch of a later version.
 */
export function fromDoc(path: string, doc: Doc): LogRecord {
  if (doc['type'] === 'entries' && typeof doc['batch'] === 'string')
    return { type: 'entries', entries: decode(path, doc['batch']) }
  if (doc['type'] === 'truncate' && isIndex(doc['from'])) return { type: 'truncate', from: doc['from'] }
  const until = toPosition(doc['until'])
  if (doc['type'] === 'compact' && until !== undefined) return { type: 'compact', until }
  throw corrupt(path, `has an unknown record ${doc._id}`)
}

function decode(path: string, batch: string): readonly LogEntry[] {
  try {
    return decodeEntries(Buffer.from(batch, 'base64'))
  } catch (cause) {
    throw unreadable(path, 'batch', cause)
  }
}
