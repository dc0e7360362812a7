import { isCount } from '../../streams/contracts/entry-codec.js'
import { corrupt } from '../folder/failures.js'
import type { Position } from '../../streams/rules/entry.js'

/*
 * Bodies of the records that are no entries, as JSON: they are few and short.
 */
/** The first record of a segment: all that those before it come to, so that the log can begin with it. */
export interface Begin {
  /** Where the segment before it ends; what is behind that is not of the log. */
  readonly previousEnd: number
  /** What was last compacted, and the last position, when the segment was begun. */
  readonly base: Position
  readonly last: Position
}

export const encodeBody = (body: object): Buffer => Buffer.from(JSON.stringify(body))

function decode(body: Uint8Array): Readonly<Record<string, unknown>> {
  // The checksum has vouched for what `encodeBody` wrote; the fields are checked by who takes them.
  return JSON.parse(Buffer.from(body).toString()) as Readonly<Record<string, unknown>>
}

export function toPosition(value: unknown): Position | undefined {
  if (typeof value !== 'object' || value === null || !('index' in value) || !('term' in value)) return undefined
  const { index, term } = value
  return isCount(index) && isCount(term) ? { index, term } : undefined
}

/** What a record holds, and where in its segment it is. */
interface Placed {
  readonly at: number
  readonly body: Uint8Array
}

const invalid = (path: string, what: string, { at }: Placed): Error =>
  corrupt(path, `has a record at ${at} that is not valid (${what})`)

export function decodeBegin(path: string, record: Placed): Begin {
  const { previousEnd, base, last } = decode(record.body)
  const begin = { previousEnd, base: toPosition(base), last: toPosition(last) }
  if (!isCount(begin.previousEnd) || begin.base === undefined || begin.last === undefined)
    throw invalid(path, 'begin', record)
  return { previousEnd: begin.previousEnd, base: begin.base, last: begin.last }
}

/** The position that a truncation leaves as the last, or a compaction as the base. */
export function decodePosition(path: string, record: Placed): Position {
  const position = toPosition(decode(record.body))
  if (position === undefined) throw invalid(path, 'position', record)
  return position
}
