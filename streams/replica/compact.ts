import { catchError, concat, concatMap, defer, ignoreElements, map, of, reduce, switchMap, tap, throwError } from 'rxjs'
import type { Observable } from 'rxjs'
import { KayakError } from '../contracts/errors.js'
import { LIMITS } from '../contracts/limits.js'
import type { SnapshotMeta, SnapshotWriter, Storage } from '../contracts/storage.js'
import { pump } from '../operators/pump.js'
import type { LogEntry } from '../rules/entry.js'
import { rosterAt } from '../rules/roster-history.js'
import { cutBehind } from './cut.js'
import type { Replica } from './replica.js'
import { SessionTable } from './sessions.js'
import { readWhole$ } from './snapshot-reader.js'

/** Gives the next chunks of a consumer's snapshot, or an empty batch at its end. */
export type PullChunks = () => Observable<readonly Uint8Array[]>

/** What a snapshot holds of kayak's own: the sessions as of an index, and the time of the entry there. */
interface AsOf {
  readonly sessions: SessionTable
  readonly time: number
}

const fold = ({ sessions, time }: AsOf, entries: readonly LogEntry[]): AsOf => {
  for (const entry of entries) if (entry.kind === 'data') sessions.apply(entry)
  return { sessions, time: entries.at(-1)?.time ?? time }
}

/** As of what has been applied last, as a machine asks that compacts where it is: nothing has to be read for that. */
const appliedNow = ({ applied, appliedTime, sessions }: Replica, until: number): AsOf | undefined =>
  until === applied ? { sessions, time: appliedTime } : undefined

/** As of an index before: what the newest snapshot says, and the log since. */
function read$(replica: Replica, until: number): Observable<AsOf> {
  const { storage, log } = replica.parts
  const { snapshot } = replica
  const base$ =
    snapshot === undefined
      ? of(new SessionTable())
      : readWhole$(storage, snapshot.index, snapshot.sessionBytes).pipe(map(bytes => SessionTable.decode(bytes)))
  return base$.pipe(
    switchMap(sessions => {
      let next = (snapshot?.index ?? 0) + 1
      const read = (): Observable<readonly LogEntry[]> =>
        next > until ? of([]) : log.read(next, until, LIMITS.readBytes)
      return of(undefined).pipe(
        pump(() => read().pipe(tap(entries => (next += entries.length)))),
        reduce(fold, { sessions, time: snapshot?.time ?? 0 }),
      )
    }),
  )
}

/** As bytes at once, since what has been applied goes on. */
const asOf$ = (replica: Replica, until: number) =>
  defer(() => {
    const now = appliedNow(replica, until)
    return now === undefined ? read$(replica, until) : of(now)
  }).pipe(map(({ sessions, time }) => ({ sessionBytes: sessions.encode(), time })))

const pieces = (bytes: Uint8Array): Uint8Array[] => {
  const list: Uint8Array[] = []
  for (let at = 0; at < bytes.byteLength; at += LIMITS.snapshotChunkBytes)
    list.push(bytes.subarray(at, at + LIMITS.snapshotChunkBytes))
  return list
}

const writeAll = (writer: SnapshotWriter, chunks: readonly Uint8Array[]): Observable<readonly Uint8Array[]> =>
  concat(...chunks.map(chunk => writer.write(chunk)), of(chunks))

/** Writes the sessions, then what the consumer gives, each chunk pulled when the one before is written. */
function write$(replica: Replica, writer: SnapshotWriter, sessions: Uint8Array, until: number, pull: PullChunks) {
  let bytes = 0
  const consumer$ = of(undefined).pipe(
    pump(() => pull().pipe(concatMap(chunks => writeAll(writer, chunks)))),
    tap(chunks => {
      bytes += chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
      replica.compactions.next({ type: 'progress', index: until, bytes })
    }),
  )
  return concat(writeAll(writer, pieces(sessions)), consumer$).pipe(ignoreElements())
}

const refuse = (replica: Replica, until: number): KayakError | undefined => {
  if (until > replica.applied)
    return new KayakError('KAYAK_NOT_COMMITTED', `Entry ${until} is ahead of what has committed, ${replica.applied}.`)
  const snapshotIndex = replica.snapshot?.index ?? 0
  if (until > snapshotIndex) return undefined
  return new KayakError('KAYAK_COMPACTED', `The newest snapshot reaches to ${snapshotIndex}.`, { snapshotIndex })
}

/**
 * Makes a snapshot of a consumer's state the newest (section 5.1), and emits what it has become. The log is cut
 * afterwards, when the disk gets to it.
 */
export function compact$(replica: Replica, until: number, pull: PullChunks) {
  const { storage, inbox, log } = replica.parts
  return defer((): Observable<SnapshotMeta> => {
    const refused = refuse(replica, until)
    if (refused !== undefined) return throwError(() => refused)
    replica.compactions.next({ type: 'started', index: until, bytes: 0 })
    return asOf$(replica, until).pipe(
      switchMap(({ sessionBytes, time }) => {
        const term = log.termAt(until) ?? 0
        const roster = rosterAt(replica.rosters, until)
        const draft = { index: until, term, time, roster, sessionBytes: sessionBytes.byteLength }
        return written$(storage, draft, writer => write$(replica, writer, sessionBytes, until, pull))
      }),
      inbox.enter(),
      tap(meta => {
        replica.adopt(meta)
        cutBehind(replica)
        replica.compactions.next({ type: 'finished', index: until, bytes: meta.bytes - meta.sessionBytes })
      }),
    )
  })
}

/** Writes and publishes a snapshot; one that fails is discarded, and one that is left unfinished by the next. */
function written$(
  storage: Storage,
  draft: Parameters<Storage['createSnapshot']>[0],
  fill: (writer: SnapshotWriter) => Observable<never>,
): Observable<SnapshotMeta> {
  const writer = storage.createSnapshot(draft)
  return concat(
    fill(writer),
    defer(() => writer.publish()),
  ).pipe(
    catchError((error: unknown) =>
      concat(
        writer.discard(),
        throwError(() => error),
      ),
    ),
  )
}
