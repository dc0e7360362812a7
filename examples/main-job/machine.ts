import { catchError, concat, defer, from, map, of, switchMap, throwError, toArray, type Observable } from 'rxjs'
import { isKayakError, type Entry, type Log, type Snapshot } from 'kayak'
import type { Line } from './messages.js'

const CHUNK_LINES = 1000

/** The state machine of the main job: it keeps every line, with the index at which it was committed. */
export class Machine {
  /** Up to here all is in it. */
  index = 0

  constructor(
    readonly restoredFrom = 0,
    readonly lines: Line[] = [],
  ) {
    this.index = restoredFrom
  }

  apply({ index, payload }: Entry): this {
    this.lines.push({ index, payload })
    this.index = index
    return this
  }

  /** A snapshot: the lines as they are now, however long it takes until somebody pulls them. */
  *chunks(): Generator<Uint8Array> {
    yield* inChunks(this.lines.length, this.lines)
  }
}

/** A copy of the list would cost more than its length does, since a machine only ever adds. */
function* inChunks(length: number, lines: readonly Line[]): Generator<Uint8Array> {
  for (let at = 0; at < length; at += CHUNK_LINES) {
    const rows = lines.slice(at, Math.min(length, at + CHUNK_LINES))
    yield Buffer.from(rows.map(row => `${JSON.stringify(toRow(row))}\n`).join(''))
  }
}

type Row = readonly [index: number, text: string] | readonly [index: number, base64: string, 'bytes']

const toRow = ({ index, payload }: Line): Row =>
  typeof payload === 'string' ? [index, payload] : [index, Buffer.from(payload).toString('base64'), 'bytes']

const fromRow = ([index, text, kind]: Row): Line => ({
  index,
  payload: kind === 'bytes' ? Uint8Array.from(Buffer.from(text, 'base64')) : text,
})

// a snapshot holds what chunks() made, and kayak has verified its checksum
const parseRow = (row: string): Line => fromRow(JSON.parse(row) as Row)

/** Where a snapshot's chunks are cut is not kept, so lines are cut anew. */
function restored$({ index, chunks$ }: Snapshot): Observable<Machine> {
  return chunks$.pipe(
    toArray(),
    map(chunks => Buffer.concat(chunks).toString('utf8').split('\n').filter(Boolean)),
    map(rows => new Machine(index, rows.map(parseRow))),
  )
}

const isCompacted = (error: unknown): boolean => isKayakError(error) && error.code === 'KAYAK_COMPACTED'

/**
 * The machine of a member, each time that it has changed: the newest snapshot, then what follows it. When the leader has
 * sent a newer snapshot meanwhile, and the place in the log is lost, it begins anew with that one.
 */
export function machine$(log: Log): Observable<Machine> {
  return defer(() => from(log.snapshot())).pipe(
    switchMap(snapshot => (snapshot === undefined ? of(new Machine()) : restored$(snapshot))),
    switchMap(begun => concat(of(begun), log.listen(begun.index + 1).pipe(map(entry => begun.apply(entry))))),
    catchError((error: unknown) => (isCompacted(error) ? machine$(log) : throwError(() => error))),
  )
}
