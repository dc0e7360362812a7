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
import { message, SnapshotReply, type InstallSnapshot } from '../contracts/messages/index.js'
import type { SnapshotMeta, SnapshotWriter } from '../contracts/storage.js'
import type { Received, Sender } from '../sources/inbound.js'
import type { Replica } from './replica.js'
import { SessionTable } from './sessions.js'
import { readWhole$ } from './snapshot-reader.js'

/** A snapshot on its way in. */
interface Incoming {
  readonly writer: SnapshotWriter
  readonly index: number
  readonly term: number
  readonly offset: number
  /** Of all up to the offset. */
  readonly checksum: number
}

type Chunk = Received<InstallSnapshot>

const damaged = (index: number): KayakError =>
  new KayakError('KAYAK_CORRUPT', `The snapshot at ${index} that the leader sends is not as it was written.`)

/**
 * Takes in a leader's snapshot, chunk by chunk (section 5.3). It belongs to the replica, not to a role: what has been
 * published is adopted whatever the role is by then. One chunk is written at a time; others that come meanwhile are
 * ignored, and sent again.
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
    if (this.lane || this.isTaking || this.incoming !== undefined) return false
    return (this.lane = true)
  }

  release(): void {
    this.lane = false
  }

  /** Gives up what has come in so far: its leader is gone. */
  abandon(): void {
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
      this.abandon()
      if (sent.index <= this.replica.parts.disk.durable) this.reply(from, sent, sent.bytes, true)
      return EMPTY
    }
    if (sent.offset === 0 && this.incoming?.offset !== 0) this.begin(chunk)
    const incoming = this.incoming
    if (incoming === undefined || incoming.index !== sent.index || incoming.term !== sent.snapshotTerm) {
      this.reply(from, sent, 0, false)
      return EMPTY
    }
    if (incoming.offset !== sent.offset) {
      this.reply(from, sent, incoming.offset, false)
      return EMPTY
    }
    return this.write$(chunk, incoming)
  }

  private begin({ message: sent, roster }: Chunk): void {
    if (roster === undefined) return
    const { index, snapshotTerm: term, time, sessionBytes } = sent
    const writer = this.replica.parts.storage.createSnapshot({ index, term, time, roster, sessionBytes })
    this.incoming = { writer, index, term, offset: 0, checksum: 0 }
    this.replica.compactions.next({ type: 'started', index, bytes: 0 })
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
