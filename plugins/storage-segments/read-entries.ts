import { ENTRIES_VERSION, readEntry, readEntryHead } from '../../streams/contracts/entry-codec.js'
import { KayakError } from '../../streams/contracts/errors.js'
import { entryBytes, type LogEntry } from '../../streams/rules/entry.js'
import { corrupt, unreadable } from '../folder/failures.js'
import type { FileLayer } from '../folder/file-layer.js'
import { RecordReader, type ReadRecord } from './record-reader.js'
import { ENTRIES_RECORD_BYTES } from './record-buffer.js'
import type { Segment } from './segment.js'
import type { Found } from './stretches.js'

const LARGEST_CHUNK_BYTES = 256 * 1024

export interface Range {
  readonly from: number
  readonly to: number
  readonly maxBytes: number
}

/** Entries as they are gathered, until there are enough of them. */
class Gathering {
  readonly entries: LogEntry[] = []
  private bytes = 0
  isFull = false

  constructor(private readonly range: Range) {}

  get next(): number {
    return this.range.from + this.entries.length
  }

  add(entry: LogEntry): void {
    this.bytes += entryBytes(entry)
    this.isFull ||= this.entries.length > 0 && this.bytes > this.range.maxBytes
    if (this.isFull) return
    this.entries.push(entry)
    this.isFull = this.next > this.range.to
  }
}

/** Runs a check of what is in a record, whose checksum was right. */
export function withinRecord<T>(path: string, { at, version }: ReadRecord, work: () => T): T {
  if (version > ENTRIES_VERSION) {
    const cause = new KayakError('KAYAK_VERSION', `A record has version ${version}.`)
    throw unreadable(path, `batch at ${at}`, cause)
  }
  try {
    return work()
  } catch (cause) {
    throw unreadable(path, `batch at ${at}`, cause)
  }
}

/** Takes the entries of a record from the next one up to the last that is of the log. */
function gather(gathering: Gathering, record: ReadRecord, last: number): void {
  // a copy, which what is kept of the entries keeps in memory, and not all of what was read
  const body = Uint8Array.from(record.body)
  const view = new DataView(body.buffer)
  for (let at = 0; at < body.byteLength && !gathering.isFull && gathering.next <= last;) {
    const { index, end } = readEntryHead(body, view, at)
    if (index === gathering.next) gathering.add(readEntry(body, view, at).entry)
    at = end
  }
}

async function gatherFrom(files: FileLayer, segment: Segment, found: Found, gathering: Gathering, chunkBytes: number) {
  const file = await files.openPlaced(segment.path)
  try {
    const reader = new RecordReader(file, segment.seed, chunkBytes)
    for (let { at } = found; !gathering.isFull && gathering.next <= found.last;) {
      const record = await reader.recordAt(at)
      if (record === undefined) throw corrupt(segment.path, `is damaged at ${at}`)
      if (record.kind === 'entries') withinRecord(segment.path, record, () => gather(gathering, record, found.last))
      at = record.end
    }
  } finally {
    await file.close()
  }
}

/**
 * Reads a range from where it is found to be, some hundred KiB at a time. Checksums are verified again: what was whole
 * when the log was opened may be damaged by now.
 *
 * @param find - where an entry is, and which segment that is; undefined for one that is gone.
 */
export async function readEntries(
  files: FileLayer,
  find: (index: number) => (Found & { readonly in: Segment }) | undefined,
  range: Range,
): Promise<readonly LogEntry[]> {
  const gathering = new Gathering(range)
  const chunkBytes = Math.min(LARGEST_CHUNK_BYTES, 2 * ENTRIES_RECORD_BYTES + range.maxBytes)
  while (!gathering.isFull) {
    const found = find(gathering.next)
    if (found === undefined) break
    await gatherFrom(files, found.in, found, gathering, chunkBytes)
  }
  return gathering.entries
}
