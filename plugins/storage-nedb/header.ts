import { corrupt } from '../folder/failures.js'
import { isFormat, isOlder, type Format } from '../folder/formats.js'
import { readDoc, type Doc } from './doc.js'

/** The first document of every book. */
interface Header extends Doc {
  readonly kind: 'kayak'
  readonly holds: string
  readonly format: number
  readonly group: string
}

/** What a kind of book is like in this version: all of its documents are migrated, the header first. */
export interface BookFormat extends Format<readonly Doc[]> {
  readonly holds: string
}

export const HEADER_ID = '0'
/** There is one group for now; a record names it so that more can come. */
const GROUP = 'default'

export const headerOf = ({ holds, format }: BookFormat, more: object): Header => {
  const header = { _id: HEADER_ID, kind: 'kayak', holds, format, group: GROUP } as const
  return { ...header, ...more, ...header }
}

/** The format of a book, which is one that this version knows. */
export function readHeader(path: string, json: string, format: BookFormat): number {
  // whose fields are checked below
  const header: Partial<Header> = readDoc(json) ?? {}
  const { _id, kind, format: found, holds, group } = header
  if (_id !== HEADER_ID || kind !== 'kayak' || !isFormat(found)) throw corrupt(path, 'has no header')
  isOlder(path, found, format)
  if (holds !== format.holds || group !== GROUP) throw corrupt(path, 'holds something else')
  return found
}
