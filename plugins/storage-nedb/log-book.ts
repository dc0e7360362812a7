import { join } from 'node:path'
import { KayakError } from '../../streams/contracts/errors.js'
import { entryBytes, ORIGIN, type LogEntry, type Position } from '../../streams/rules/entry.js'
import { batchAt, batchesOf, type Batch } from './batches.js'
import { Book } from './book.js'
import type { Doc } from './doc.js'
import { corrupt } from '../folder/failures.js'
import type { FileLayer } from '../folder/file-layer.js'
import type { BookFormat } from './header.js'
import type { Line } from './line.js'
import type { LineReader } from './line-reader.js'
import { fromDoc, recordId, toDoc, type LogRecord } from './log-records.js'
import { LogReplay } from './log-replay.js'
import { LogState } from './log-state.js'

/** Raise the format where an older version could not read it, with a row for how one of the format before becomes it. */
const LOG: BookFormat = { holds: 'log', format: 1, migrations: new Map() }
/** A read gets so much of the file at once at most. */
const MOST_AHEAD_BYTES = 512 * 1024
/** What entries take in the file, a little more than what they have. */
const inFile = (bytes: number): number => Math.ceil(1.5 * bytes)
/** What a file has from a batch to another, or without end. */
const bytesBetween = (first: Batch | undefined, last: Batch | undefined): number =>
  first === undefined || last === undefined ? Infinity : last.line.offset + last.line.bytes - first.line.offset

export const logFile = (folder: string, generation: number): string => join(folder, `log-${generation}.db`)

const inRecords = (entries: readonly LogEntry[]): readonly LogRecord[] =>
  batchesOf(entries).map(batch => ({ type: 'entries', entries: batch }))

/**
 * One log file: batches of entries, and markers that truncate and compact what stands before them, so that either
 * costs one line. What they leave behind is got rid of by {@link Rewriting}.
 */
export class LogBook {
  private readonly reads = new Set<Promise<unknown>>()

  private constructor(
    private readonly book: Book,
    readonly state: LogState,
    private readonly headerBytes: number,
  ) {}

  static async create(files: FileLayer, path: string, base: Position = ORIGIN): Promise<LogBook> {
    const book = await Book.create(files, path, LOG, { base })
    return new LogBook(book, new LogState(base), book.bytes)
  }

  /** @throws {@link KayakError} `KAYAK_CORRUPT` if it is missing, empty or has lost anything within, `KAYAK_VERSION`. */
  static async open(files: FileLayer, path: string): Promise<LogBook> {
    if (!(await files.exists(path))) throw corrupt(path, 'is missing')
    const replay = new LogReplay(path)
    const book = await Book.open(files, path, LOG, (doc, line) => replay.take(doc, line))
    if (book === undefined || replay.state === undefined) throw corrupt(path, 'is empty')
    return new LogBook(book, replay.state, replay.headerBytes)
  }

  get bytes(): number {
    return this.book.bytes
  }

  get liveBytes(): number {
    return this.state.bytesFrom(0)
  }

  get garbageBytes(): number {
    return this.book.bytes - this.liveBytes - this.headerBytes
  }

  async append(entries: readonly LogEntry[]): Promise<void> {
    if (entries.length === 0) return
    this.checkFollows(entries)
    await this.add(inRecords(entries), true)
  }

  async truncate(from: number): Promise<void> {
    if (from <= this.state.shape.last.index) await this.add([{ type: 'truncate', from }], true)
  }

  async compact(until: Position): Promise<void> {
    if (until.index > this.state.shape.base.index) await this.add([{ type: 'compact', until }], true)
  }

  async read(from: number, to: number, maxBytes: number, snapshotIndex?: number): Promise<readonly LogEntry[]> {
    const { base, last } = this.state.shape
    if (from <= base.index || from > last.index) throw gone(from, snapshotIndex)
    const reading = this.readBatches(from, to, maxBytes)
    this.reads.add(reading)
    return reading.finally(() => this.reads.delete(reading))
  }

  /**
   * Takes over the next entries that another log has, so many bytes at most, and where that is cut. Durable only after
   * {@link LogBook.sync}. Says whether it has come to where the other ended.
   */
  async follow(other: LogBook, mostBytes: number): Promise<boolean> {
    const { base, last } = other.state.shape
    if (base.index > this.state.shape.base.index) await this.add([{ type: 'compact', until: base }], false)
    const from = this.state.shape.last.index + 1
    if (from > last.index) return true
    await this.add(inRecords(await other.read(from, last.index, mostBytes)), false)
    return this.state.shape.last.index >= last.index
  }

  sync(): Promise<void> {
    return this.book.sync()
  }

  /** Those who read it have done so. */
  async close(): Promise<void> {
    await Promise.allSettled(this.reads)
    await this.book.close()
  }

  private checkFollows(entries: readonly LogEntry[]): void {
    if (this.state.follows(entries)) return
    const { index } = this.state.shape.last
    throw new KayakError('KAYAK_INVALID', `A batch from ${entries[0]?.index ?? 0} doesn't follow ${index}.`)
  }

  private async add(records: readonly LogRecord[], synced: boolean): Promise<void> {
    const lines: Line[] = []
    for (const record of records) lines.push(await this.book.insertUnsynced(toDoc(recordId(this.book.lines), record)))
    if (synced) await this.book.sync()
    for (const [nth, line] of lines.entries()) {
      const record = records[nth]
      if (record !== undefined) this.state.apply(record, line)
    }
  }

  private async readBatches(from: number, to: number, maxBytes: number): Promise<readonly LogEntry[]> {
    // Batches as they are now: a write beside this read replaces the array or adds at its end.
    const { batches } = this.state
    const begin = batchAt(batches, from)
    const most = Math.min(
      inFile(maxBytes),
      MOST_AHEAD_BYTES,
      bytesBetween(batches[begin], batches[batchAt(batches, to)]),
    )
    const reader = this.book.reader(most)
    const found: LogEntry[] = []
    let bytes = 0
    for (let at = begin; at < batches.length; at++) {
      const batch = batches[at]
      if (batch === undefined || batch.first > to) break
      for (const entry of await this.entriesOf(batch, reader)) {
        if (entry.index < from || entry.index < batch.first) continue
        if (entry.index > to || entry.index > batch.last) break
        bytes += entryBytes(entry)
        if (found.length > 0 && bytes > maxBytes) return found
        found.push(entry)
      }
    }
    return found
  }

  private async entriesOf({ line }: Batch, reader: LineReader): Promise<readonly LogEntry[]> {
    // what was checked to be what was written
    const record = fromDoc(this.book.path, JSON.parse(await reader.json(line)) as Doc)
    if (record.type !== 'entries') throw corrupt(this.book.path, `has no entries at line ${line.number}`)
    return record.entries
  }
}

const gone = (index: number, snapshotIndex: number | undefined): KayakError => {
  const details = snapshotIndex === undefined ? {} : { snapshotIndex }
  return new KayakError('KAYAK_COMPACTED', `The log doesn't hold ${index}.`, details)
}
