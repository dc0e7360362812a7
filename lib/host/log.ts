import { catchError, finalize, firstValueFrom, map, of, takeUntil } from 'rxjs'
import type { MonoTypeOperatorFunction, Observable } from 'rxjs'
import type { Codec } from '../../streams/contracts/codec.js'
import { isCompacted, isKayakError, KayakError } from '../../streams/contracts/errors.js'
import type { AppendOptions, Entry, Log, Snapshot } from '../../streams/contracts/host.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import type { SnapshotMeta } from '../../streams/contracts/storage.js'
import { checkOptions } from '../../streams/contracts/check-options.js'
import { readChunks$ } from '../../streams/replica/snapshot-reader.js'
import type { LogEntry } from '../../streams/rules/entry.js'
import type { Answer } from '../../streams/sources/answer.js'
import type { Settle } from '../../streams/sources/requests.js'
import type { Member } from '../member/member.js'
import type { Waiting, WaitingRoom } from '../member/waiting-room.js'
import { namedAppend, type AppendName, type OwnName, type OwnSession } from './append-session.js'
import { bounded } from './bounded.js'
import { supplyChunks, type ChunkSource } from './chunks.js'
import { decodeFor, encodeFor, payloadBytes, tooLarge } from './coding.js'
import type { Encoded } from './entry-coding.js'
import { entriesFrom, listen$ } from './listen.js'
import { beginOperation, operation, timeoutOf } from './operation.js'
import type { Beginning, OperationContext } from './operation.js'

const NO_OPTIONS: AppendOptions = {}

type Batch = Readonly<Record<'entries', readonly LogEntry[]>>

/** The append has committed, whether or not what was appended first can be read. */
const unread = (cause: unknown): Observable<Batch> => {
  if (isCompacted(cause)) return of({ entries: [] })
  if (isKayakError(cause) && cause.outcome === 'unknown') throw cause
  const why = 'What was appended first under the id could not be read.'
  throw new KayakError('KAYAK_STORAGE_FAILED', why, { outcome: 'unknown', cause })
}

/** What a host's log needs. */
export interface LogParts<T> extends OperationContext {
  readonly codec: Codec<T>
  readonly maxPayloadBytes: number
  readonly session: OwnSession
  /** The last entry that consumers can read. */
  readonly shown: () => number
}

/** What appends of a host's own share. */
interface Appending<T> {
  readonly session: OwnSession
  readonly waiting: WaitingRoom
  readonly decode: (entry: Encoded) => Entry<T>
}

/** An append of a host's own that waits: what has been appended first under its name is what is appended now. */
class OwnAppend<T> implements Settle<Answer>, Beginning<Answer> {
  private readonly name: OwnName

  constructor(
    private readonly appending: Appending<T>,
    private readonly bytes: Uint8Array,
    private readonly resolve: (entry: Entry<T>) => void,
    private readonly reject: (error: unknown) => void,
  ) {
    this.name = appending.session.begin()
  }

  begin(timeoutMs: number, settle: Settle<Answer>): Waiting {
    const { session, number } = this.name
    return this.appending.waiting.append(session, number, this.bytes, timeoutMs, settle)
  }

  done({ index, term, time }: Answer): void {
    this.appending.session.settled(this.name)
    try {
      this.resolve(this.appending.decode({ index, term, time, payload: this.bytes }))
    } catch (error) {
      this.reject(error)
    }
  }

  failed(error: unknown): void {
    this.appending.session.settled(this.name)
    this.reject(error)
  }
}

/** The log as a host's consumers hold it. */
export class HostLog<T> implements Log<T> {
  private readonly decode: (entry: Encoded) => Entry<T>
  private readonly appending: Appending<T>

  constructor(
    private readonly member: Member,
    private readonly parts: LogParts<T>,
  ) {
    this.decode = decodeFor(parts.codec)
    this.appending = { session: parts.session, waiting: member.waiting, decode: decodeFor(parts.codec) }
  }

  get head(): number {
    return this.member.replica.parts.log.last.index
  }

  get committed(): number {
    return this.member.replica.applied
  }

  get shown(): number {
    return this.parts.shown()
  }

  append(payload: T, options: AppendOptions = NO_OPTIONS): Promise<Entry<T>> {
    return new Promise((done, failed) => {
      checkOptions(options)
      const bytes = this.encode(payload)
      const { id, since } = options
      if (id === undefined && since !== undefined)
        throw new KayakError('KAYAK_INVALID', 'since says when an id was made up, and there is none.')
      if (id !== undefined) done(this.appendNamed(namedAppend(id, since), bytes, options))
      else if (this.parts.session.isReady) this.beginOwn(bytes, options, done, failed)
      else done(this.appendOnceLed(bytes, options))
    })
  }

  /** Appends under a name of this host's own: no promise in between, since there are as many as appends. */
  private beginOwn(
    bytes: Uint8Array,
    options: AppendOptions,
    resolve: (entry: Entry<T>) => void,
    reject: (error: unknown) => void,
  ): void {
    const append = new OwnAppend(this.appending, bytes, resolve, reject)
    try {
      beginOperation(this.parts, options, append, append)
    } catch (error) {
      append.failed(error)
    }
  }

  private async appendOnceLed(bytes: Uint8Array, options: AppendOptions): Promise<Entry<T>> {
    const left = await this.untilLed(bytes, options)
    return new Promise((done, failed) => this.beginOwn(bytes, left, done, failed))
  }

  /** What was appended first under a name that a caller has given may be something else. */
  private async appendNamed(
    { session, number }: AppendName,
    bytes: Uint8Array,
    options: AppendOptions,
  ): Promise<Entry<T>> {
    const read = bounded<Batch>(this.member, 'The append', this.parts, options)
    const { index, term, time, payload } = await operation<Answer>(this.parts, options, (timeoutMs, settle) =>
      this.member.waiting.append(session, number, bytes, timeoutMs, settle),
    )
    const first = payload ?? (await this.payloadAt(index, read))
    return this.appending.decode({ index, term, time, payload: first ?? bytes })
  }

  /** Waits for a leader, who can say what a new session's date is, and gives the options with what is left of their time. */
  private async untilLed({ byteLength }: Uint8Array, options: AppendOptions): Promise<AppendOptions> {
    const { clock } = this.member.replica.parts
    const end = clock.now() + timeoutOf(options, this.parts.timeoutMs)
    await operation<number>(this.parts, options, (timeoutMs, settle) =>
      this.member.waiting.led(byteLength, timeoutMs, settle),
    )
    return { ...options, timeoutMs: Math.max(1, end - clock.now()) }
  }

  listen(from = 0): Observable<Entry<T>> {
    return listen$(this.member, from).pipe(map(this.decode))
  }

  entries(from = 0): AsyncIterableIterator<Entry<T>, undefined> {
    return entriesFrom(this.member, from, this.decode)
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a promise by contract: storages may have to ask
  async snapshot(): Promise<Snapshot | undefined> {
    const { snapshot } = this.member.replica
    return snapshot === undefined ? undefined : this.publicSnapshot(snapshot)
  }

  async compact(until: number, chunks: ChunkSource): Promise<Snapshot> {
    this.parts.check()
    if (!Number.isSafeInteger(until) || until < 1)
      throw new KayakError('KAYAK_INVALID', 'An index to compact until is an integer from 1.')
    const { budgets, clock } = this.member.replica.parts
    const supply = supplyChunks(chunks, bytes => budgets.over('backlog', bytes, LIMITS.snapshotBacklogBytes), clock)
    const compacted$ = this.member.compact(until, supply.pull).pipe(finalize(() => supply.release()))
    return this.publicSnapshot(await firstValueFrom(compacted$))
  }

  private publicSnapshot({ index, term, bytes, sessionBytes }: SnapshotMeta): Snapshot {
    const { replica, cutOff } = this.member
    const chunks$ = readChunks$(replica.parts.storage, index, sessionBytes, bytes).pipe(
      takeUntil(cutOff.fails$('Reading the snapshot', 'rejected')),
    )
    return { index, term, bytes: bytes - sessionBytes, chunks$ }
  }

  /** What was appended first under an id, unless it is compacted. */
  private async payloadAt(index: number, read: MonoTypeOperatorFunction<Batch>): Promise<Uint8Array | undefined> {
    const { entries } = await firstValueFrom(this.member.read(index).pipe(read, catchError(unread)))
    return entries.find(entry => entry.index === index)?.payload
  }

  private encode(payload: T): Uint8Array {
    this.parts.check()
    const { codec, maxPayloadBytes } = this.parts
    const bytes = encodeFor(codec, payload)
    const size = payloadBytes(codec, bytes)
    if (size <= maxPayloadBytes) return bytes
    this.member.replica.parts.budgets.over('payload', size, maxPayloadBytes)
    throw tooLarge(size, maxPayloadBytes)
  }
}
