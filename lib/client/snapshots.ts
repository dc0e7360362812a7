import { concat, concatMap, defer, EMPTY, filter, map, take, takeWhile, throwError, type Observable } from 'rxjs'
import {
  ClientDownload,
  clientMessage,
  ClientSnapshot,
  type ClientChunk,
  type ClientSnapshotIs,
} from '../../streams/contracts/client-messages/index.js'
import { KayakError } from '../../streams/contracts/errors.js'
import type { Snapshot } from '../../streams/contracts/host.js'
import { demandOf, open$ } from '../../streams/operators/demand.js'
import type { Connection } from './connection.js'
import type { Desk } from './desk.js'
import { resumed$, streamed } from './follow.js'

const cutOff = (index: number, come: number, bytes: number): KayakError =>
  new KayakError(
    'KAYAK_INTERRUPTED',
    `Of the snapshot at ${String(index)}, ${String(come)} bytes of ${String(bytes)} came.`,
  )

/**
 * The bytes of a snapshot, from whichever member is connected and has the very same one; they wait until whoever has
 * subscribed can take them.
 */
function download$(desk: Desk, { index, checksum, bytes }: ClientSnapshotIs): Observable<Uint8Array> {
  return defer(() => {
    const demand = demandOf()
    let offset = 0
    const over = (connection: Connection): Observable<Uint8Array | undefined> =>
      connection
        .ask(id => clientMessage(ClientDownload, { id, index, checksum, offset }))
        .pipe(
          concatMap(answer =>
            open$(demand).pipe(
              take(1),
              map(() => {
                if (answer.type === 'ended') return undefined
                const chunk = streamed<ClientChunk>(connection, answer, 'chunk')
                if (chunk === undefined) return new Uint8Array()
                connection.more(answer.id)
                offset += chunk.data.byteLength
                return chunk.data
              }),
            ),
          ),
        )
    const data$ = resumed$(desk, over).pipe(
      takeWhile(data => data !== undefined),
      filter(data => data.byteLength > 0),
    )
    // what was cut off doesn't look whole
    const end$ = defer(() => (offset === bytes ? EMPTY : throwError(() => cutOff(index, offset, bytes))))
    return concat(data$, end$)
  })
}

/** The newest snapshot of the member that is connected. */
export async function snapshotOf(desk: Desk): Promise<Snapshot | undefined> {
  const make = (id: number): ClientSnapshot => clientMessage(ClientSnapshot, { id })
  const question = { what: 'The snapshot', changes: false, bytes: 0, make, type: 'snapshot-is' } as const
  const is = await desk.ask<ClientSnapshotIs>(question, {})
  if (is.index === 0) return undefined
  const { index, term, bytes } = is
  return { index, term, bytes, chunks$: download$(desk, is) }
}
