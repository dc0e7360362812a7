import type { Identity, TermAndVote } from '../../streams/contracts/storage.js'
import { Book } from './book.js'
import type { BookFormat } from './header.js'
import type { FileLayer } from '../folder/file-layer.js'
import { CountRecord, IdentityRecord, TermAndVoteRecord, toRecord } from '../folder/records.js'
import { Turns } from '../folder/turns.js'

/** Raise the format where an older version could not read it, with a row for how one of the format before becomes it. */
const STATE: BookFormat = { holds: 'state', format: 1, migrations: new Map() }
/** Superseded lines after which the file is rewritten, so that it stays short. */
const MOST_LINES = 512

/** What a member must not forget beside its log, each in a document of its own that is replaced in one line. */
export interface State {
  readonly identity: Identity | undefined
  readonly termAndVote: TermAndVote
  /** The generation of the log file in force; undefined until the first is made. */
  readonly generation: number | undefined
  /** The newest snapshot that was published, so that a lost one is noticed; 0 before there is one. */
  readonly snapshotIndex: number
}

const IDS = { identity: '1-identity', termAndVote: '2-term', generation: '3-log', snapshotIndex: '4-snapshot' } as const

const plainIdentity = ({ memberId, clusterId, address, advertise, standing }: Identity): Identity => {
  return { memberId, clusterId, address, advertise, standing }
}

export class StateBook {
  // A snapshot is published beside the other writes.
  private readonly turns = new Turns()

  private constructor(private readonly book: Book) {}

  static async create(files: FileLayer, path: string): Promise<StateBook> {
    return new StateBook(await Book.create(files, path, STATE))
  }

  static async open(files: FileLayer, path: string): Promise<StateBook | undefined> {
    const book = await Book.open(files, path, STATE)
    return book === undefined ? undefined : new StateBook(book)
  }

  async load(): Promise<State> {
    const docs = new Map((await this.book.all()).map(doc => [doc._id, doc['value']]))
    const identity = this.record(IdentityRecord, docs.get(IDS.identity))
    const termAndVote = this.record(TermAndVoteRecord, docs.get(IDS.termAndVote))
    return {
      identity: identity && plainIdentity(identity),
      termAndVote: { term: termAndVote?.term ?? 0, vote: termAndVote?.vote },
      generation: this.count(docs.get(IDS.generation)),
      snapshotIndex: this.count(docs.get(IDS.snapshotIndex)) ?? 0,
    }
  }

  private record<T extends object>(Type: new () => T, value: unknown): T | undefined {
    return value === undefined ? undefined : toRecord(Type, value, this.book.path)
  }

  private count(value: unknown): number | undefined {
    return value === undefined ? undefined : toRecord(CountRecord, { value }, this.book.path).value
  }

  save<K extends keyof State>(key: K, value: State[K]): Promise<void> {
    return this.turns.take(async () => {
      await this.book.put({ _id: IDS[key], value })
      if (this.book.lines > MOST_LINES) await this.book.compact()
    })
  }

  close(): Promise<void> {
    return this.turns.take(() => this.book.close())
  }
}
