import { AsyncSubject, concatAll, concatMap, defer, filter, firstValueFrom, ignoreElements, map, merge, of } from 'rxjs'
import { switchMap, take, takeUntil } from 'rxjs'
import type { Observable } from 'rxjs'
import { KayakError } from '../../streams/contracts/errors.js'
import { demandOf, each, open$ } from '../../streams/operators/demand.js'
import { pump } from '../../streams/operators/pump.js'
import type { LogEntry } from '../../streams/rules/entry.js'
import type { Member } from '../member/member.js'

const startOf = (from: unknown): number => {
  if (typeof from === 'number' && Number.isSafeInteger(from) && from >= 0) return Math.max(1, from)
  throw new KayakError('KAYAK_INVALID', 'An index to listen from is an integer from 0.')
}

/** Emits when more than `from` may be there, at once if so; completes or errors with the member. */
const more$ = (member: Member, from: () => number): Observable<unknown> =>
  merge(of(undefined), member.replica.parts.inbox.settled$, member.committed$.pipe(ignoreElements())).pipe(
    filter(() => member.replica.applied >= from()),
  )

/** Entries that consumers see, of those from where the batch before has ended to before `next`. */
export interface Batch {
  readonly entries: readonly LogEntry[]
  readonly next: number
}

/** Reads when there is room for what is read. */
export type InTurn = <R>(read: () => Observable<R>) => Observable<R>

/**
 * History from an index on, then what commits, without a gap, a batch at a time: a cursor that follows what has been
 * applied. Each batch is read when its turn has come, and is whatever has been applied meanwhile.
 */
export function batches$(member: Member, from: unknown, inTurn: InTurn): Observable<Batch> {
  return defer(() => {
    let cursor = startOf(from)
    const first = member.replica.snapshot?.index ?? 0
    if (cursor <= first) return member.read(cursor).pipe(ignoreElements())
    const next = (): Observable<readonly Batch[]> =>
      inTurn(() => member.read(cursor)).pipe(
        map(batch => {
          if (batch.next === cursor) return []
          cursor = batch.next
          return [batch]
        }),
      )
    return more$(member, () => cursor).pipe(pump(next), concatAll())
  }).pipe(takeUntil(member.over$))
}

/**
 * The same, an entry at a time. It waits for a subscriber that can't take everything, if it says so.
 *
 * ```
 *  applied  3--------4--56-
 *  from 2   -23------4--56-
 * ```
 */
export const listen$ = (member: Member, from: unknown): Observable<LogEntry> =>
  defer(() => {
    const demand = demandOf()
    return batches$(member, from, read => open$(demand).pipe(switchMap(read))).pipe(
      concatMap(({ entries }) => each(demand, entries)),
      takeUntil(member.over$),
    )
  })

type Decode<T> = (entry: LogEntry) => T

/** A batch is read when the one before has been consumed; what it waits for ends with `over$`. */
async function* iterate<T>(
  member: Member,
  from: unknown,
  decode: Decode<T>,
  over$: Observable<unknown>,
): AsyncGenerator<T, undefined> {
  let cursor = startOf(from)
  for (;;) {
    const batch = await firstValueFrom(member.read(cursor).pipe(takeUntil(over$)), { defaultValue: undefined })
    if (batch === undefined) return
    cursor = batch.next
    for (const entry of batch.entries) yield decode(entry)
    if (batch.entries.length > 0 || member.replica.applied >= cursor) continue
    const goesOn = await firstValueFrom(
      more$(member, () => cursor).pipe(
        take(1),
        map(() => true),
        takeUntil(over$),
      ),
      { defaultValue: false },
    )
    if (!goesOn) return
  }
}

/** The same as an iterator, which unlike a generator can be ended while it waits for the next entry. */
export function entriesFrom<T>(member: Member, from: unknown, decode: Decode<T>): AsyncIterableIterator<T, undefined> {
  const returned = new AsyncSubject<undefined>()
  const entries = iterate(member, from, decode, merge(member.over$, returned))
  return {
    next: () => entries.next(),
    return: () => {
      returned.next(undefined)
      returned.complete()
      return entries.return(undefined)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
