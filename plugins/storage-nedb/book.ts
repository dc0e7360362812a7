import { dirname } from 'node:path'
import Datastore from 'nedb-promises'
import { asStorageError, corrupt } from '../folder/failures.js'
import type { FileLayer, OpenFile } from '../folder/file-layer.js'
import { isFormat, isOlder, migrated, type Format } from '../folder/formats.js'
import { sealLine, unsealLine } from './line.js'
import { scanLines } from './scan.js'

/** A document of a book. */
export interface Doc {
  readonly _id: string
  readonly [field: string]: unknown
}

/** The first document of every book. */
export interface Header extends Doc {
  readonly kind: 'kayak'
  readonly holds: string
  readonly format: number
  readonly group: string
}

/** What a kind of book is like in this version: all of its documents are migrated, the header first. */
export interface BookFormat extends Format<readonly Doc[]> {
  readonly holds: string
}

/** The name of a book's file while it is migrated. */
export const migratingPath = (path: string): string => `${path}.next`

const HEADER_ID = '0'
/** There is one group for now; a record names it so that more can come. */
const GROUP = 'default'

/** What nedb-promises forwards to NeDB. */
interface Compactable {
  compactDatafileAsync(): Promise<void>
}

/**
 * A NeDB file whose writes are durable when they end and whose lines are checked. NeDB itself never syncs what it
 * appends, so the book holds a descriptor of the same file and syncs that. One write at a time.
 */
export class Book {
  /** Of all lines, those superseded too. */
  bytes = 0
  lines = 0
  private read = 0
  private failure: { readonly cause: unknown } | undefined
  private readonly datastore: Datastore<Doc>

  private constructor(
    private readonly files: FileLayer,
    readonly path: string,
    private file: OpenFile,
  ) {
    this.datastore = Datastore.create({
      filename: path,
      corruptAlertThreshold: 0,
      afterSerialization: json => this.seal(json),
      beforeDeserialization: line => this.unseal(line),
    })
  }

  /** Makes a new book with nothing but its header, durably. What is left there of an earlier attempt is removed. */
  static async create(files: FileLayer, path: string, format: BookFormat, more: object = {}): Promise<Book> {
    await files.remove(path)
    const file = await files.open(path, 'create')
    await file.close()
    const book = await Book.load(files, path)
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
  static async open(files: FileLayer, path: string, format: BookFormat): Promise<Book | undefined> {
    const { first } = await scanLines(files, path, header => readHeader(path, header, format))
    if (first === undefined) return undefined
    const found = readHeader(path, first, format)
    if (isOlder(path, found, format)) await Book.migrate(files, path, found, format)
    return Book.load(files, path)
  }

  /** Writes a book anew in this version's format, and puts it in the place of the old one once it is whole and durable. */
  private static async migrate(files: FileLayer, path: string, found: number, format: BookFormat): Promise<void> {
    const old = await Book.load(files, path)
    const docs = await old.all()
    await old.close()
    const [header, ...rest] = migrated(docs, found, format)
    const book = await Book.create(files, migratingPath(path), format, header)
    try {
      for (const doc of rest) await book.insertUnsynced(doc)
      await book.sync()
    } finally {
      await book.close()
    }
    await files.rename(migratingPath(path), path)
    await files.syncFolder(dirname(path))
  }

  private static async load(files: FileLayer, path: string): Promise<Book> {
    await files.remove(`${path}~`)
    const file = await files.open(path, 'existing')
    const book = new Book(files, path, file)
    try {
      await book.datastore.load()
    } catch (error) {
      await file.close()
      throw asStorageError(error, `Loading ${path}`)
    }
    await book.followFile()
    return book
  }

  /** All documents, by id. */
  async all(): Promise<readonly Doc[]> {
    const docs = await this.datastore.find<Doc>({})
    return docs.sort((a, b) => (a._id < b._id ? -1 : 1))
  }

  async get(id: string): Promise<Doc | undefined> {
    return (await this.datastore.findOne<Doc>({ _id: id })) ?? undefined
  }

  insert(doc: Doc): Promise<void> {
    return this.write(async () => {
      await this.datastore.insert(doc)
      await this.file.sync()
    })
  }

  /** Adds to a book that nobody relies on yet: durable only after {@link Book.sync}. */
  insertUnsynced(doc: Doc): Promise<void> {
    return this.write(async () => {
      await this.datastore.insert(doc)
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
  private async write(work: () => Promise<void>): Promise<void> {
    if (this.failure !== undefined) throw this.failure.cause
    try {
      await work()
    } catch (cause) {
      this.failure = { cause }
      throw cause
    }
  }

  /** NeDB has put another file in the place of this one, and a descriptor of the old one would sync nothing. */
  private async followFile(): Promise<void> {
    await this.file.close()
    this.file = await this.files.open(this.path, 'existing')
    await this.file.sync()
  }

  private restart(): void {
    this.lines = 0
    this.bytes = 0
  }

  private seal(json: string): string {
    const line = sealLine(json, ++this.lines)
    this.bytes += line.length + 1
    return line
  }

  private unseal(line: string): string {
    const json = unsealLine(line, ++this.read)
    if (json === undefined) throw corrupt(this.path, `is damaged at line ${this.read}`)
    return json
  }
}

const headerOf = ({ holds, format }: BookFormat, more: object): Header => {
  const header = { _id: HEADER_ID, kind: 'kayak', holds, format, group: GROUP } as const
  return { ...header, ...more, ...header }
}

/** The format of a book, which is one that this version knows. */
function readHeader(path: string, json: string, format: BookFormat): number {
  // Parsed JSON, whose fields are checked below.
  const header = JSON.parse(json) as Partial<Header>
  const { kind, format: found, holds, group } = header
  if (kind !== 'kayak' || !isFormat(found)) throw corrupt(path, 'has no header')
  isOlder(path, found, format)
  if (holds !== format.holds || group !== GROUP) throw corrupt(path, 'holds something else')
  return found
}
