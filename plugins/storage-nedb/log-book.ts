import { join } from 'node:path'
import { KayakError } from '../../streams/contracts/errors.js'
import { entryBytes, ORIGIN, type LogEntry, type Position } from '../../streams/rules/entry.js'
import { batchAt, type Batch } from './batches.js'
import { Book, type BookFormat, type Doc } from './book.js'
import { corrupt } from '../folder/failures.js'
import type { FileLayer } from '../folder/file-layer.js'
import { fromDoc, lineBytes, recordId, toDoc, toPosition, type LogRecord } from './log-records.js'
import { LogState } from './log-state.js'

/** Raise the format where an older version could not read it, with a row for how one of the format before becomes it. */
const LOG: BookFormat = { holds: 'log', format: 1, migrations: new Map() }

export const logFile = (folder: string, generation: number): string => join(folder, `log-${generation}.db`)

/**
 * One log file: batches of entries, and markers that truncate and compact what stands before them, so that either
 * costs one line. What they leave behind is got rid of by {@link Rewriting}.
 */
export class LogBook {
  private records = 0
  private recent: { readonly id: string; readonly entries: readonly LogEntry[] } | undefined

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
    const book = await Book.open(files, path, LOG)
    if (book === undefined) throw corrupt(path, 'is empty')
    try {
      const [header, ...docs] = await book.all()
      const base = toPosition(header?.['base'])
      if (header === undefined || base === undefined) throw corrupt(path, 'has no base')
      const log = new LogBook(book, new LogState(base), lineBytes(header))
      for (const doc of docs) log.replay(doc, fromDoc(path, doc))
      return log
    } catch (error) {
      await book.close()
      throw error
    }
  }

  get bytes(): number {
    return this.book.bytes
  }

  get garbageBytes(): number {
    return this.book.bytes - this.state.liveBytes - this.headerBytes
  }

  async append(entries: readonly LogEntry[]): Promise<void> {
    if (entries.length === 0) return
    this.checkFollows(entries)
    await this.add({ type: 'entries', entries }, true)
  }

  async truncate(from: number): Promise<void> {
    if (from <= this.state.shape.last.index) await this.add({ type: 'truncate', from }, true)
  }

  async compact(until: Position): Promise<void> {
    if (until.index > this.state.shape.base.index) await this.add({ type: 'compact', until }, true)
  }

  async read(from: number, to: number, maxBytes: number, snapshotIndex?: number): Promise<readonly LogEntry[]> {
    const { base, last } = this.state.shape
    if (from <= base.index || from > last.index) throw gone(from, snapshotIndex)
    const found: LogEntry[] = []
    let bytes = 0
    // Batches as they are now: a write beside this read replaces the array or adds at its end.
    const { batches } = this.state
    for (let at = batchAt(batches, from); at < batches.length; at++) {
      const batch = batches[at]
      if (batch === undefined || batch.first > to) break
      for (const entry of await this.entriesOf(batch)) {
        if (entry.index < from || entry.index < batch.first) continue
        if (entry.index > to || entry.index > batch.last) break
        bytes += entryBytes(entry)
        if (found.length > 0 && bytes > maxBytes) return found
        found.push(entry)
      }
    }
    return found
  }

  /**
   * Takes over the next entries that another log has, so many bytes at most, and where that is cut. Durable only after
   * {@link LogBook.sync}. Says whether it has come to where the other ended.
   */
  async follow(other: LogBook, batchBytes: number): Promise<boolean> {
    const { base, last } = other.state.shape
    if (base.index > this.state.shape.base.index) await this.add({ type: 'compact', until: base }, false)
    const from = this.state.shape.last.index + 1
    if (from > last.index) return true
    const entries = await other.read(from, last.index, batchBytes)
    await this.add({ type: 'entries', entries }, false)
    return this.state.shape.last.index >= last.index
  }

  sync(): Promise<void> {
    return this.book.sync()
  }

  close(): Promise<void> {
    return this.book.close()
  }

  private checkFollows(entries: readonly LogEntry[]): void {
    if (this.state.follows(entries)) return
    const { index } = this.state.shape.last
    throw new KayakError('KAYAK_INVALID', `A batch from ${entries[0]?.index ?? 0} doesn't follow ${index}.`)
  }

  private async add(record: LogRecord, synced: boolean): Promise<void> {
    const id = recordId(++this.records)
    const before = this.book.bytes
    const doc = toDoc(id, record)
    await (synced ? this.book.insert(doc) : this.book.insertUnsynced(doc))
    this.state.apply(id, record, this.book.bytes - before)
  }

  private replay(doc: Doc, record: LogRecord): void {
    const { path } = this.book
    const id = doc._id
    if (id !== recordId(++this.records)) throw corrupt(path, `lacks the record before ${id}`)
    if (record.type === 'entries' && !this.state.follows(record.entries)) throw corrupt(path, `has a gap before ${id}`)
    this.state.apply(id, record, lineBytes(doc))
  }

  private async entriesOf(batch: Batch): Promise<readonly LogEntry[]> {
    if (this.recent?.id === batch.id) return this.recent.entries
    const doc = await this.book.get(batch.id)
    const record = doc === undefined ? undefined : fromDoc(this.book.path, doc)
    if (record?.type !== 'entries') throw corrupt(this.book.path, `has lost record ${batch.id}`)
    this.recent = { id: batch.id, entries: record.entries }
    return record.entries
  }
}

const gone = (index: number, snapshotIndex: number | undefined): KayakError => {
  const details = snapshotIndex === undefined ? {} : { snapshotIndex }
  return new KayakError('KAYAK_COMPACTED', `The log doesn't hold ${index}.`, details)
}
