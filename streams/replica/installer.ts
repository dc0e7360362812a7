import {
  catchError,
  concat,
  defer,
  EMPTY,
  exhaustMap,
  finalize,
  map,
  of,
  switchMap,
  tap,
  throwError,
  type Observable,
} from 'rxjs'
import { crc32 } from '../contracts/checksum.js'
import { isKayakError, KayakError } from '../contracts/errors.js'
import { LIMITS } from '../contracts/limits.js'
import { message, SnapshotReply, type InstallSnapshot } from '../contracts/messages/index.js'
import type { SnapshotMeta, SnapshotWriter } from '../contracts/storage.js'
import type { Received, Sender } from '../sources/inbound.js'
import type { Replica } from './replica.js'
import { SessionTable } from './sessions.js'
import { readWhole$ } from './snapshot-reader.js'

/** What tells a snapshot from others. */
type Which = Pick<InstallSnapshot, 'index' | 'snapshotTerm' | 'time' | 'sessionBytes' | 'bytes' | 'checksum'>

/** A snapshot on its way in. */
interface Incoming {
  readonly writer: SnapshotWriter
  readonly is: Which
  readonly offset: number
  /** Of all up to the offset. */
  readonly checksum: number
  /** When a chunk of it came last. */
  readonly heardAt: number
}

/** Whether two chunks are of the same bytes, whoever sends them: two members may snapshot one index differently. */
const isSame = (one: Which, other: Which): boolean =>
  one.index === other.index &&
  one.snapshotTerm === other.snapshotTerm &&
  one.time === other.time &&
  one.sessionBytes === other.sessionBytes &&
  one.bytes === other.bytes &&
  one.checksum === other.checksum

type Chunk = Received<InstallSnapshot>

const damaged = (index: number): KayakError =>
  new KayakError('KAYAK_CORRUPT', `The snapshot at ${index} that the leader sends is not as it was written.`)

/**
 * Takes in a leader's snapshot, chunk by chunk (section 5.3). It belongs to the replica, not to a role: what has been
 * published is adopted whatever the role is by then, and what one leader began to send another goes on with, if it has
 * the same. One chunk is written at a time; others that come meanwhile are ignored, and sent again.
 */
export class Installer {
  private incoming: Incoming | undefined
  private lane = false
  /** While a chunk is being written, or the whole published, also when its leader is gone by then. */
  private isTaking = false

  constructor(private readonly replica: Replica) {}

  /** The installing itself; errors when the disk has failed. */
  readonly installs$: Observable<unknown> = defer(() =>
    this.replica.chunks.pipe(exhaustMap(chunk => (this.lane ? EMPTY : this.taking$(chunk)))),
  )

  /** Keeps snapshots out while a local one is written, since a storage writes one at a time. */
  hold(): boolean {
    if (this.lane || this.isTaking || this.isComing) return false
    this.abandon()
    return (this.lane = true)
  }

  /** Whether the rest of a snapshot may be expected: it is needed, and its leader, or another, has had time to go on. */
  private get isComing(): boolean {
    const { incoming, replica } = this
    if (incoming === undefined || incoming.is.index <= replica.commit) return false
    return replica.parts.clock.now() - incoming.heardAt < LIMITS.resumeTimeouts * replica.electionTimeoutMs
  }

  release(): void {
    this.lane = false
  }

  private abandon(): void {
    this.incoming = undefined
  }

  private taking$(chunk: Chunk): Observable<unknown> {
    this.isTaking = true
    return this.take$(chunk).pipe(finalize(() => (this.isTaking = false)))
  }

  private take$(chunk: Chunk): Observable<unknown> {
    const { message: sent, from } = chunk
    const { commit } = this.replica
    if (sent.index <= commit) {
      // a late chunk of an older one says nothing of what comes in
      if ((this.incoming?.is.index ?? 0) <= commit) this.abandon()
      if (sent.index <= this.replica.parts.disk.durable) this.reply(from, sent, sent.bytes, true)
      return EMPTY
    }
    const incoming = this.going(chunk)
    if (incoming === undefined) {
      this.reply(from, sent, 0, false)
      return EMPTY
    }
    if (incoming.offset !== sent.offset) {
      this.reply(from, sent, incoming.offset, false)
      return EMPTY
    }
    return this.write$(chunk, incoming)
  }

  /** What a chunk belongs to: what has come so far of the same snapshot, or one that begins with it. */
  private going({ message: sent, roster }: Chunk): Incoming | undefined {
    const heardAt = this.replica.parts.clock.now()
    const { incoming } = this
    if (incoming !== undefined && isSame(incoming.is, sent)) return (this.incoming = { ...incoming, heardAt })
    if (sent.offset !== 0 || roster === undefined) return undefined
    const { index, snapshotTerm, time, sessionBytes, bytes, checksum } = sent
    const is = { index, snapshotTerm, time, sessionBytes, bytes, checksum }
    const term = snapshotTerm
    const writer = this.replica.parts.storage.createSnapshot({ index, term, time, roster, sessionBytes })
    this.replica.compactions.next({ type: 'started', index, bytes: 0 })
    return (this.incoming = { writer, is, offset: 0, checksum: 0, heardAt })
  }

  private write$({ message: sent, from }: Chunk, incoming: Incoming): Observable<unknown> {
    const { inbox } = this.replica.parts
    const offset = incoming.offset + sent.data.byteLength
    const checksum = crc32(sent.data, incoming.checksum)
    return concat(sent.data.byteLength === 0 ? EMPTY : incoming.writer.write(sent.data), of(undefined)).pipe(
      inbox.enter(),
      tap(() => {
        if (this.incoming === incoming) this.incoming = { ...incoming, offset, checksum }
        if (offset < sent.bytes) this.reply(from, sent, offset, false)
      }),
      switchMap(() => {
        if (offset < sent.bytes) return EMPTY
        const isWhole = offset === sent.bytes && checksum === sent.checksum
        return isWhole ? this.publish$(incoming) : throwError(() => damaged(sent.index))
      }),
      tap(meta => this.finish(meta, from, sent)),
      catchError((error: unknown) => this.fail$(error, sent.index)),
    )
  }

  private publish$(incoming: Incoming): Observable<readonly [SnapshotMeta, SessionTable]> {
    const { storage, inbox } = this.replica.parts
    return incoming.writer.publish().pipe(
      switchMap(meta =>
        readWhole$(storage, meta.index, meta.sessionBytes).pipe(
          map(bytes => [meta, SessionTable.decode(bytes)] as const),
        ),
      ),
      inbox.enter(),
    )
  }

  private finish([meta, sessions]: readonly [SnapshotMeta, SessionTable], from: Sender, sent: InstallSnapshot): void {
    this.abandon()
    const { replica } = this
    const bytes = meta.bytes - meta.sessionBytes
    if (meta.index > replica.applied) {
      replica.install(meta, sessions)
      replica.compactions.next({ type: 'installed', index: meta.index, bytes })
    } else replica.adopt(meta)
    this.reply(from, sent, meta.bytes, true)
  }

  private reply(to: Sender, sent: InstallSnapshot, offset: number, installed: boolean): void {
    const { incarnation, index } = sent
    const { term } = this.replica.standing
    this.replica.send(to, message(SnapshotReply, { term, incarnation, index, offset, installed }))
  }

  /** A snapshot that turns out damaged is fetched anew; a failed disk ends this member. */
  private fail$(error: unknown, index: number): Observable<never> {
    this.abandon()
    if (!isKayakError(error) || error.code !== 'KAYAK_CORRUPT') throw error
    const failed: KayakError = error
    this.replica.compactions.next({ type: 'failed', index, bytes: 0, error: failed })
    return EMPTY
  }
}
