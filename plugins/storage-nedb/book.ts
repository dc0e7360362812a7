import { dirname } from 'node:path'
import Datastore from 'nedb-promises'
import { asStorageError, corrupt } from '../folder/failures.js'
import type { FileLayer, OpenFile } from '../folder/file-layer.js'
import { isOlder, migrated } from '../folder/formats.js'
import { batchLine, jsonOf, readDoc, withoutBatch, type Doc } from './doc.js'
import { HEADER_ID, headerOf, readHeader, type BookFormat } from './header.js'
import { sealLine, unsealLine, type Line } from './line.js'
import { LineReader } from './line-reader.js'
import { scanLines } from './scan.js'

/** The name of a book's file while it is migrated. */
export const migratingPath = (path: string): string => `${path}.next`

const nobody: Visit = () => undefined

/** So much is read at once of what NeDB rewrites as it is loaded. */
const LOADING_BYTES = 1024 * 1024

/** What nedb-promises forwards to NeDB. */
interface Compactable {
  compactDatafileAsync(): Promise<void>
}

/** A file of an older format. */
interface Old {
  readonly found: number
  readonly lines: number
}

/** Is given each document that a file has, as a whole, in the order of the lines. */
export type Visit = (doc: Doc, line: Line) => void

/**
 * A NeDB file whose writes are durable when they end and whose lines are checked. NeDB itself never syncs what it
 * appends, so the book holds a descriptor of the same file and syncs that. One write at a time.
 *
 * NeDB keeps its documents in memory, but no batches: these are in the lines of the file alone. As NeDB loads a file it
 * writes it anew, line for line what it was; a book that has batches supersedes none of its documents.
 */
export class Book {
  /** Of all lines, those superseded too. */
  bytes = 0
  lines = 0
  /** Of the lines that have been loaded. */
  private loaded: Line = { number: 0, offset: 0, bytes: 0 }
  /** The line of the document that NeDB is given. */
  private made: string | undefined
  private failure: { readonly cause: unknown } | undefined
  /** Reads what NeDB rewrites as it is loaded. */
  private old: LineReader
  private readonly datastore: Datastore<Doc>

  private constructor(
    private readonly files: FileLayer,
    readonly path: string,
    private file: OpenFile,
    private readonly scannedLines: number,
    private readonly visit: Visit,
  ) {
    this.old = this.reader(LOADING_BYTES)
    this.datastore = Datastore.create({
      filename: path,
      corruptAlertThreshold: 0,
      // NeDB takes a promise, too: only the types of nedb-promises leave that out
      afterSerialization: ((json: string) => this.seal(json)) as unknown as (json: string) => string,
      beforeDeserialization: line => this.unseal(line),
    })
  }

  /** Makes a new book with nothing but its header, durably. What is left there of an earlier attempt is removed. */
  static async create(files: FileLayer, path: string, format: BookFormat, more: object = {}): Promise<Book> {
    await files.remove(path)
    const file = await files.open(path, 'create')
    await file.close()
    const book = await Book.load(files, path, 0)
    try {
      await book.insert(headerOf(format, more))
      await files.syncFolder(dirname(path))
      return book
    } catch (error) {
      await book.close()
      throw error
    }
  }

  /**
   * Opens a book, and cuts off what a crash has torn. One of an older format is migrated.
   *
   * @returns undefined if it has no line, so that making it was never finished.
   */
  static async open(files: FileLayer, path: string, format: BookFormat, visit?: Visit): Promise<Book | undefined> {
    const { first, lines } = await scanLines(files, path, header => readHeader(path, header, format))
    if (first === undefined) return undefined
    const found = readHeader(path, first, format)
    if (!isOlder(path, found, format)) return Book.load(files, path, lines, visit)
    return Book.load(files, path, await Book.migrate(files, path, { found, lines }, format), visit)
  }

  /** Writes a book anew in this version's format, and puts it in the place of the old one once it is whole and durable. */
  private static async migrate(files: FileLayer, path: string, old: Old, format: BookFormat): Promise<number> {
    const docs = new Map<string, Doc>()
    const loaded = await Book.load(files, path, old.lines, doc => docs.set(doc._id, doc))
    await loaded.close()
    const [header, ...rest] = migrated([...docs.values()], old.found, format)
    const book = await Book.create(files, migratingPath(path), format, header)
    try {
      for (const doc of rest) await book.insertUnsynced(doc)
      await book.sync()
    } finally {
      await book.close()
    }
    await files.rename(migratingPath(path), path)
    await files.syncFolder(dirname(path))
    return book.lines
  }

  private static async load(files: FileLayer, path: string, lines: number, visit: Visit = nobody): Promise<Book> {
    await files.remove(`${path}~`)
    const file = await files.open(path, 'existing')
    const book = new Book(files, path, file, lines, visit)
    try {
      await book.datastore.load()
      await book.followFile()
      return book
    } catch (error) {
      await book.close().catch(() => undefined)
      throw asStorageError(book.failure?.cause ?? error, `Loading ${path}`)
    }
  }

  /** All documents, by id, without their batches. */
  async all(): Promise<readonly Doc[]> {
    const docs = await this.datastore.find<Doc>({})
    return docs.sort((a, b) => (a._id < b._id ? -1 : 1))
  }

  /** What reads lines of it, so much at once. */
  reader(aheadBytes: number): LineReader {
    return new LineReader(this.file, this.path, aheadBytes)
  }

  async insert(doc: Doc): Promise<Line> {
    const line = await this.insertUnsynced(doc)
    await this.sync()
    return line
  }

  /** Adds a document, which is durable only after {@link Book.sync}. Says where it is. */
  insertUnsynced(doc: Doc): Promise<Line> {
    return this.write(async () => {
      const number = this.lines + 1
      const { json, plain } = jsonOf(doc)
      const text = sealLine(json, number, plain)
      const line = { number, offset: this.bytes, bytes: text.length + 1 }
      this.made = text
      await this.datastore.insert(withoutBatch(doc, line))
      return line
    })
  }

  sync(): Promise<void> {
    return this.write(() => this.file.sync())
  }

  /** Puts a document in the place of the one with its id, in one line. */
  put(doc: Doc): Promise<void> {
    return this.write(async () => {
      await this.datastore.update({ _id: doc._id }, doc, { upsert: true })
      await this.file.sync()
    })
  }

  /** Rewrites the file with one line a document. */
  compact(): Promise<void> {
    return this.write(async () => {
      this.restart()
      // nedb-promises forwards this method of NeDB, which its types leave out: the one that they name doesn't wait.
      await (this.datastore as unknown as Compactable).compactDatafileAsync()
      await this.followFile()
    })
  }

  async close(): Promise<void> {
    await this.file.close()
  }

  /** After a write that has failed there are no others: what it has left unfinished would become part of their line. */
  private async write<T>(work: () => Promise<T>): Promise<T> {
    if (this.failure !== undefined) throw this.failure.cause
    try {
      return await work()
    } catch (cause) {
      this.failure = { cause }
      throw cause
    }
  }

  /** NeDB has put another file in the place of this one, and a descriptor of the old one would sync nothing. */
  private async followFile(): Promise<void> {
    await this.file.close()
    this.file = await this.files.open(this.path, 'existing')
    this.old = this.reader(LOADING_BYTES)
    await this.file.sync()
  }

  private restart(): void {
    this.lines = 0
    this.bytes = 0
  }

  /** The line of a document that NeDB has serialized, without its batch. */
  private async seal(json: string): Promise<string> {
    const text = this.made ?? sealLine(await this.whole(json), this.lines + 1)
    this.made = undefined
    this.lines++
    this.bytes += text.length + 1
    return text
  }

  private async whole(json: string): Promise<string> {
    if (this.loaded.number !== this.scannedLines) throw corrupt(this.path, 'was changed while it was opened')
    const line = batchLine(json)
    return line === undefined ? json : this.old.json(line)
  }

  /** What NeDB is to load of a line; of one that is no good nothing that it takes, so that it refuses the file. */
  private unseal(text: string): string {
    const { number, offset, bytes } = this.loaded
    this.loaded = { number: number + 1, offset: offset + bytes, bytes: text.length + 1 }
    try {
      return this.take(text, this.loaded)
    } catch (cause) {
      this.failure ??= { cause }
      return ''
    }
  }

  private take(text: string, line: Line): string {
    const json = unsealLine(text, line.number)
    if (json === undefined) throw corrupt(this.path, `is damaged at line ${line.number}`)
    const doc = readDoc(json)
    const isHeader = doc?._id === HEADER_ID
    if (doc === undefined || isHeader !== (line.number === 1))
      throw corrupt(this.path, `has something at line ${line.number} that is not written by kayak`)
    this.visit(doc, line)
    return JSON.stringify(withoutBatch(doc, line))
  }
}
