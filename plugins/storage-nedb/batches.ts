import { entryBytes, type LogEntry } from '../../streams/rules/entry.js'
import type { Line } from './line.js'

/** Which line of a file holds which entries. */
export interface Batch {
  readonly line: Line
  readonly first: number
  readonly last: number
}

/**
 * So many bytes of entries are put into one batch, or one entry that has more. V8 puts a text of 128 KiB or more into
 * memory that it gets for that from the system; in base64 and with what is around it this stays below.
 */
export const MOST_BATCH_BYTES = 92 * 1024

/** Entries as they are put into batches. */
export function batchesOf(entries: readonly LogEntry[]): readonly (readonly LogEntry[])[] {
  const batches: LogEntry[][] = []
  let bytes = Infinity
  for (const entry of entries) {
    bytes += entryBytes(entry)
    if (bytes > MOST_BATCH_BYTES) {
      batches.push([])
      bytes = entryBytes(entry)
    }
    batches.at(-1)?.push(entry)
  }
  return batches
}

/** Where in ascending batches an index is, or would be. */
export function batchAt(batches: readonly Batch[], index: number): number {
  let [low, high] = [0, batches.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((batches[middle]?.last ?? 0) < index) low = middle + 1
    else high = middle
  }
  return low
}

/** Batches without `from` and what follows: the one that holds it ends before it. */
export function batchesBefore(batches: readonly Batch[], from: number): Batch[] {
  const kept = batches.slice(0, batchAt(batches, from))
  const cut = batches[kept.length]
  if (cut !== undefined && cut.first < from) kept.push({ ...cut, last: from - 1 })
  return kept
}

/** Batches without `until` and what precedes it. */
export function batchesAfter(batches: readonly Batch[], until: number): Batch[] {
  const kept = batches.slice(batchAt(batches, until + 1))
  const [cut, ...rest] = kept
  return cut !== undefined && cut.first <= until ? [{ ...cut, first: until + 1 }, ...rest] : kept
}
