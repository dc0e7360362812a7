import { catchError, finalize, firstValueFrom, map, of, takeUntil } from 'rxjs'
import type { MonoTypeOperatorFunction, Observable } from 'rxjs'
import { undecodable, type Codec } from '../../streams/contracts/codec.js'
import { isCompacted, isKayakError, KayakError } from '../../streams/contracts/errors.js'
import type { AppendOptions, Entry, Log, Snapshot } from '../../streams/contracts/host.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import type { SnapshotMeta } from '../../streams/contracts/storage.js'
import { readChunks$ } from '../../streams/replica/snapshot-reader.js'
import type { LogEntry } from '../../streams/rules/entry.js'
import type { Answer } from '../../streams/sources/answer.js'
import type { Member } from '../member/member.js'
import { namedAppend, type AppendName, type OwnSession } from './append-session.js'
import { bounded } from './bounded.js'
import { supplyChunks, type ChunkSource } from './chunks.js'
import { entriesFrom, listen$ } from './listen.js'
import { checkOptions, operation, timeoutOf, type OperationContext } from './operation.js'
import { payloadCodec } from './payload-codec.js'

/** kayak's own codec shares no memory with anybody. */
export const isOwn = (codec: object): boolean => Object.is(codec, payloadCodec)

/** A copy, unless nobody else has the memory. Not `slice()`, which on a Buffer makes another view of the same memory. */
const apart = (codec: object, bytes: Uint8Array): Uint8Array => (isOwn(codec) ? bytes : new Uint8Array(bytes))

export const tooLarge = (bytes: number, most: number): KayakError =>
  new KayakError('KAYAK_PAYLOAD_TOO_LARGE', `A payload of ${String(bytes)} bytes is over the limit of ${String(most)}.`)

type Batch = Readonly<Record<'entries', readonly LogEntry[]>>

/** The append has committed, whether or not what was appended first can be read. */
const unread = (cause: unknown): Observable<Batch> => {
  if (isCompacted(cause)) return of({ entries: [] })
  if (isKayakError(cause) && cause.outcome === 'unknown') throw cause
  const why = 'What was appended first under the id could not be read.'
  throw new KayakError('KAYAK_STORAGE_FAILED', why, { outcome: 'unknown', cause })
}

type Encoded = Pick<LogEntry, 'index' | 'term' | 'time' | 'payload'>

/** Turns an entry of the log into what a consumer sees. */
export function decodeWith<T>(codec: Codec<T>): (entry: Encoded) => Entry<T> {
  return ({ index, term, time, payload }) => {
    try {
      // a copy, since what a codec makes of it may share its memory, and this is the log's
      return { index, term, kind: 'data', payload: codec.decode(apart(codec, payload)), time }
    } catch (cause) {
      throw undecodable(`Entry ${String(index)} can't be decoded.`, 'unknown', cause)
    }
  }
}

/** What a host's log needs. */
export interface LogParts<T> extends OperationContext {
  readonly codec: Codec<T>
  readonly maxPayloadBytes: number
  readonly session: OwnSession
  /** The last entry that consumers can read. */
  readonly shown: () => number
}

/** The log as a host's consumers hold it. */
export class HostLog<T> implements Log<T> {
  private readonly decode: (entry: Encoded) => Entry<T>

  constructor(
    private readonly member: Member,
    private readonly parts: LogParts<T>,
  ) {
    this.decode = decodeWith(parts.codec)
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

  async append(payload: T, options: AppendOptions = {}): Promise<Entry<T>> {
    checkOptions(options)
    const bytes = this.encode(payload)
    if (options.id === undefined && options.since !== undefined)
      throw new KayakError('KAYAK_INVALID', 'since says when an id was made up, and there is none.')
    if (options.id !== undefined) return this.appendAs(namedAppend(options.id, options.since), bytes, options)
    const left = this.parts.session.isReady ? options : await this.untilLed(bytes, options)
    const own = this.parts.session.begin()
    try {
      return await this.appendAs(own, bytes, left, true)
    } finally {
      own.settled()
    }
  }

  /** Appends under a name. Of a name of this host's own, what was appended first is what is appended now. */
  private async appendAs(
    { session, number }: AppendName,
    bytes: Uint8Array,
    options: AppendOptions,
    isOwn = false,
  ): Promise<Entry<T>> {
    const read = bounded<Batch>(this.member, 'The append', this.parts, options)
    const answer = await operation<Answer>(this.parts, options, (timeoutMs, settle) =>
      this.member.waiting.append(session, number, bytes, timeoutMs, settle),
    )
    const { index, term, time } = answer
    const first = answer.payload ?? (isOwn ? undefined : await this.payloadAt(index, read))
    return this.decode({ index, term, time, payload: first ?? bytes })
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
    const { budgets } = this.member.replica.parts
    const supply = supplyChunks(chunks, bytes => budgets.over('backlog', bytes, LIMITS.snapshotBacklogBytes))
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
    const bytes = encodeWith(codec, payload)
    // the default codec's tag is kayak's, not the payload's
    const size = bytes.byteLength - (isOwn(codec) ? 1 : 0)
    if (size <= maxPayloadBytes) return bytes
    this.member.replica.parts.budgets.over('payload', size, maxPayloadBytes)
    throw tooLarge(size, maxPayloadBytes)
  }
}

function encodeWith<T>(codec: Codec<T>, payload: T): Uint8Array {
  try {
    const bytes: unknown = codec.encode(payload)
    // a copy, since a codec may use its memory again
    if (bytes instanceof Uint8Array) return apart(codec, bytes)
  } catch (cause) {
    if (isKayakError(cause)) throw cause
    throw new KayakError('KAYAK_INVALID', 'The codec could not encode the payload.', { cause })
  }
  throw new KayakError('KAYAK_INVALID', 'The codec did not return a Uint8Array.')
}
