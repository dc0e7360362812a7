/**
 * A storage of one's own, on LevelDB. What makes it one: each write is atomic, and on the disk before it is acknowledged;
 * what is damaged is told from what isn't there; and the first write that fails is the last that is tried.
 */
import { ClassicLevel } from 'classic-level'
import { ignoreElements, type Observable } from 'rxjs'
import {
  entryBytes,
  KayakError,
  type Identity,
  type LogEntry,
  type Opened,
  type Position,
  type SnapshotDraft,
  type SnapshotWriter,
  type Storage,
  type TermAndVote,
} from 'kayak'
import { cold, DURABLE, inWords, key, pack, unpack, type Level } from './records.js'
import { LevelSnapshots } from './snapshots.js'

const ORIGIN: Position = { index: 0, term: 0 }

export class LevelStorage implements Storage {
  private readonly snapshots: LevelSnapshots
  private level: Level | undefined
  private failure: KayakError | undefined
  /** The log is what comes after the base, up to the last. */
  private base = ORIGIN
  private last = ORIGIN

  constructor(private readonly folder: string) {
    this.snapshots = new LevelSnapshots(folder, work => this.change(work))
  }

  open(): Observable<Opened> {
    return cold(async () => {
      if (this.level !== undefined) throw new KayakError('KAYAK_LOCKED', `${this.folder} is open already.`)
      const level: Level = new ClassicLevel(this.folder, { valueEncoding: 'view' })
      try {
        await level.open()
        const opened = await this.whatIsThere(level)
        this.level = level
        this.failure = undefined
        return opened
      } catch (error) {
        await level.close()
        throw inWords(error, this.folder)
      }
    })
  }

  saveIdentity(identity: Identity): Observable<never> {
    return this.write(level => level.put('identity', pack(identity), DURABLE))
  }

  saveTermAndVote(record: TermAndVote): Observable<never> {
    return this.write(level => level.put('vote', pack(record), DURABLE))
  }

  append(entries: readonly LogEntry[]): Observable<never> {
    return this.write(async level => {
      const batch = level.batch()
      let { index, term } = this.last
      for (const entry of entries) {
        if (entry.index !== index + 1) throw new KayakError('KAYAK_INVALID', `Entry ${entry.index} doesn't follow.`)
        batch.put(key('log', entry.index), pack(entry))
        ;({ index, term } = entry)
      }
      await batch.write(DURABLE)
      this.last = { index, term }
    })
  }

  truncate(from: number): Observable<never> {
    return this.write(async level => {
      if (from > this.last.index) return
      const before = Math.max(from - 1, this.base.index)
      const last = before === this.base.index ? this.base : await this.entry(level, before)
      await this.remove(level, before + 1, this.last.index)
      this.last = { index: last.index, term: last.term }
    })
  }

  compact({ index, term }: Position): Observable<never> {
    return this.write(async level => {
      if (index <= this.base.index) return
      await this.remove(level, this.base.index + 1, Math.min(index, this.last.index), { index, term })
      this.base = { index, term }
      if (this.last.index <= index) this.last = this.base
    })
  }

  read(from: number, to: number, maxBytes: number): Observable<readonly LogEntry[]> {
    return cold(async () => {
      if (from <= this.base.index || to > this.last.index)
        throw new KayakError('KAYAK_COMPACTED', `The log is from ${this.base.index + 1} to ${this.last.index}.`)
      const entries: LogEntry[] = []
      let bytes = 0
      for await (const entry of this.entries(this.opened(), from, to)) {
        bytes += entryBytes(entry)
        if (entries.length > 0 && bytes > maxBytes) break
        entries.push(entry)
      }
      return entries
    })
  }

  createSnapshot(draft: SnapshotDraft): SnapshotWriter {
    return this.snapshots.create(draft)
  }

  readSnapshot(index: number, offset: number, maxBytes: number): Observable<Uint8Array> {
    return cold(() => this.snapshots.read(this.opened(), index, offset, maxBytes))
  }

  dropSnapshots(keep: readonly number[]): Observable<never> {
    return this.write(level => this.snapshots.drop(level, keep))
  }

  close(): Observable<never> {
    return cold(async () => {
      const { level } = this
      this.level = undefined
      await level?.close()
    }).pipe(ignoreElements())
  }

  private opened(): Level {
    if (this.level === undefined) throw new KayakError('KAYAK_STORAGE_FAILED', `${this.folder} isn't open.`)
    return this.level
  }

  private write(work: (level: Level) => Promise<void>): Observable<never> {
    return cold(() => this.change(work)).pipe(ignoreElements())
  }

  /** What a failed write has left behind shows only when it is opened again, so nothing is tried after one. */
  private async change<T>(work: (level: Level) => Promise<T>): Promise<T> {
    if (this.failure !== undefined) throw this.failure
    try {
      return await work(this.opened())
    } catch (cause) {
      const error = inWords(cause, this.folder)
      // what was refused has written nothing
      if (error.code !== 'KAYAK_INVALID') this.failure ??= error
      throw error
    }
  }

  private async whatIsThere(level: Level): Promise<Opened> {
    // of the type that was packed under its name: its checksum says that it is what was packed
    const identity = (await this.get(level, 'identity')) as Identity | undefined
    // the same
    const termAndVote = (await this.get(level, 'vote')) as TermAndVote | undefined
    // the same
    this.base = ((await this.get(level, 'base')) as Position | undefined) ?? ORIGIN
    this.last = this.base
    const [runs, rosters]: [Position[], LogEntry[]] = [[], []]
    let bytes = 0
    for await (const entry of this.entries(level, this.base.index + 1, Number.MAX_SAFE_INTEGER)) {
      const { index, term, kind } = entry
      if (index !== this.last.index + 1) throw this.corrupt(`lacks the entry ${this.last.index + 1}`)
      if (runs.at(-1)?.term !== term) runs.push({ index, term })
      if (kind === 'roster') rosters.push(entry)
      bytes += entryBytes(entry)
      this.last = { index, term }
    }
    return {
      identity,
      termAndVote: termAndVote ?? { term: 0, vote: undefined },
      snapshot: (await this.snapshots.newest(level))?.meta,
      base: this.base,
      last: this.last,
      runs,
      rosters,
      bytes,
    }
  }

  private async *entries(level: Level, from: number, to: number): AsyncGenerator<LogEntry> {
    for await (const packed of level.values({ gte: key('log', from), lte: key('log', to) }))
      // a key of the log has an entry
      yield unpack(this.folder, packed) as LogEntry
  }

  private async entry(level: Level, index: number): Promise<LogEntry> {
    // the same
    const entry = (await this.get(level, key('log', index))) as LogEntry | undefined
    if (entry === undefined) throw this.corrupt(`lacks the entry ${index}`)
    return entry
  }

  private async get(level: Level, name: string): Promise<unknown> {
    const packed = await level.get(name)
    return packed === undefined ? undefined : unpack(this.folder, packed)
  }

  /** Removes entries, both inclusive; a new base takes their place in the same batch. */
  private async remove(level: Level, from: number, to: number, base?: Position): Promise<void> {
    const batch = level.batch()
    for (let index = from; index <= to; index++) batch.del(key('log', index))
    if (base !== undefined) batch.put('base', pack(base))
    await batch.write(DURABLE)
  }

  private corrupt(what: string): KayakError {
    return new KayakError('KAYAK_CORRUPT', `${this.folder} ${what}.`, { file: this.folder })
  }
}
