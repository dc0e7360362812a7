import { concat, concatMap, defer, map, of, switchMap, tap, throwError, type Observable } from 'rxjs'
import {
  ClientChunk,
  ClientEnded,
  ClientEntries,
  clientMessage,
  ClientSnapshotIs,
  type ClientDownload,
  type ClientFollow,
  type ClientSnapshot,
  type Told,
} from '../../../streams/contracts/client-messages/index.js'
import { encodeEntries } from '../../../streams/contracts/entry-codec.js'
import { KayakError } from '../../../streams/contracts/errors.js'
import { open$, within } from '../../../streams/operators/demand.js'
import { readChunks$ } from '../../../streams/replica/snapshot-reader.js'
import type { LogEntry } from '../../../streams/rules/entry.js'
import { batches$ } from '../listen.js'
import type { Credit } from './credit.js'
import type { Line } from './line.js'
import type { ServedHost } from './parts.js'

/** What a stream to a client may run ahead: messages that it hasn't taken, and what all streams of that client may. */
export interface Flow {
  readonly credit: Credit
  readonly line: Line
}

/** Entries say nothing of who has appended them. */
const anonymous = (entry: LogEntry): LogEntry => ({ ...entry, session: '', number: 0 })

/** What has committed from an index on and what commits, read on as the client takes it. */
export const follow$ = ({ member }: ServedHost, { id, from }: ClientFollow, flow: Flow): Observable<ClientEntries> =>
  batches$(member, from, read => open$(flow.credit.demand).pipe(switchMap(() => flow.line.inTurn(read)))).pipe(
    map(({ entries, next }) =>
      clientMessage(ClientEntries, { id, entries: encodeEntries(entries.map(anonymous)), next }),
    ),
    tap(() => flow.credit.spend()),
  )

/** Which snapshot this member has. */
export const snapshot$ = ({ member }: ServedHost, { id }: ClientSnapshot): Observable<ClientSnapshotIs> =>
  defer(() => {
    const { index = 0, term = 0, bytes = 0, sessionBytes = 0, checksum = 0 } = member.replica.snapshot ?? {}
    return of(clientMessage(ClientSnapshotIs, { id, index, term, bytes: bytes - sessionBytes, checksum }))
  })

const notHere = (index: number, newest: number | undefined): KayakError =>
  newest !== undefined && newest > index
    ? new KayakError('KAYAK_COMPACTED', `The snapshot at ${String(index)} has been replaced.`, {
        snapshotIndex: newest,
      })
    : new KayakError('KAYAK_INTERRUPTED', `This member does not have the snapshot at ${String(index)}.`)

/** The bytes of this member's snapshot, if it is the very one that the client means. */
export const download$ = ({ member }: ServedHost, asked: ClientDownload, flow: Flow): Observable<Told> =>
  defer(() => {
    const { id, index, checksum, offset } = asked
    const { snapshot, parts } = member.replica
    if (snapshot?.index !== index || snapshot.checksum !== checksum)
      return throwError(() => notHere(index, snapshot?.index))
    const { sessionBytes, bytes } = snapshot
    const chunk$ = within(flow.credit.demand, readChunks$(parts.storage, index, sessionBytes + offset, bytes)).pipe(
      // a chunk is read on credit, and goes out in turn
      tap(() => flow.credit.spend()),
      concatMap(data => flow.line.inTurn(() => of(data))),
      map(data => clientMessage(ClientChunk, { id, data })),
    )
    return concat(chunk$, of(clientMessage(ClientEnded, { id })))
  })
