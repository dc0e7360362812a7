import { concatMap, defer, filter, map, merge, NEVER, switchMap, take, takeUntil, type Observable } from 'rxjs'
import {
  clientMessage,
  ClientFollow,
  errorOf,
  type Answering,
  type ClientEntries,
} from '../../streams/contracts/client-messages/index.js'
import { decodeEntries } from '../../streams/contracts/entry-codec.js'
import { KayakError } from '../../streams/contracts/errors.js'
import { demandOf, open$ } from '../../streams/operators/demand.js'
import type { LogEntry } from '../../streams/rules/entry.js'
import type { Connection } from './connection.js'
import type { Desk } from './desk.js'
import type { Known } from './known.js'
import { isFinal } from './passing.js'

/** Entries from where the batch before has ended to before `next`. */
export interface Batch {
  readonly entries: readonly LogEntry[]
  readonly next: number
}

/** @throws {@link KayakError} `KAYAK_INVALID` for what is no index. */
export function startOf(from: unknown): number {
  if (typeof from === 'number' && Number.isSafeInteger(from) && from >= 0) return Math.max(1, from)
  throw new KayakError('KAYAK_INVALID', 'An index to listen from is an integer from 0.')
}

function decoded(bytes: Uint8Array): readonly LogEntry[] | undefined {
  try {
    return decodeEntries(bytes)
  } catch {
    return undefined
  }
}

/** A batch that goes on from a cursor; undefined for anything else. */
function batchOf({ entries: bytes, next }: ClientEntries, cursor: number): Batch | undefined {
  const entries = decoded(bytes)
  if (entries === undefined) return undefined
  const indexes = [cursor - 1, ...entries.map(({ index }) => index), next]
  const isAscending = indexes.every((index, at) => at === 0 || index > (indexes[at - 1] ?? 0))
  return isAscending && entries.every(({ kind }) => kind === 'data') ? { entries, next } : undefined
}

/** What ends a stream, and what it goes to another member for, to go on there. */
export function streamed<A extends Answering>(
  connection: Connection,
  answer: Answering,
  type: A['type'],
): A | undefined {
  if (answer.type === 'failed') {
    if (isFinal(answer.code)) throw errorOf(answer)
    connection.leave(`it serves a stream no more: ${answer.reason}`)
  }
  // the type tells the class
  return answer.type === type ? (answer as A) : undefined
}

/** Asks over one connection after another, as long as the client runs: over each anew, from where it has come to. */
export const resumed$ = <R>(desk: Desk, over: (connection: Connection) => Observable<R>): Observable<R> =>
  desk.connection$.pipe(
    switchMap(connection => (connection === undefined ? NEVER : merge(over(connection), NEVER))),
    takeUntil(desk.over$),
  )

/**
 * History from an index on, then what commits, a batch at a time, through whichever member is connected: each goes on where
 * the one before has come to. A batch waits until whoever has subscribed can take it, and the member sends no more than two
 * ahead.
 *
 * ```
 *  connection  A-----u---B--------
 *  entries     -ab-c-----c-d------    B is asked for what follows c, and sends c no more
 *  result      -ab-c-------d------
 * ```
 */
export const follow$ = (desk: Desk, known: Known, from: unknown): Observable<Batch> =>
  defer(() => {
    const demand = demandOf()
    let cursor = startOf(from)
    const over = (connection: Connection): Observable<Batch> =>
      connection
        .ask(id => clientMessage(ClientFollow, { id, from: cursor }))
        .pipe(
          map(answer => streamed<ClientEntries>(connection, answer, 'entries')),
          filter(answer => answer !== undefined),
          concatMap(answer =>
            open$(demand).pipe(
              take(1),
              map(() => {
                const batch = batchOf(answer, cursor)
                if (batch === undefined) {
                  connection.refuse(`entries that do not go on from ${String(cursor)}`)
                  return undefined
                }
                connection.more(answer.id)
                known.passed(cursor, batch.entries, batch.next)
                cursor = batch.next
                return batch
              }),
            ),
          ),
          filter(batch => batch !== undefined),
        )
    return resumed$(desk, over)
  })
