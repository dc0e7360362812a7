import { lowerLimits } from '../../lib/testing/cluster'
import { defer, of, throwError, type Observable } from 'rxjs'
import { encodeRoster } from '../../streams/contracts/roster-codec'
import { compact$, type PullChunks } from '../../streams/replica/compact'
import { SessionTable } from '../../streams/replica/sessions'
import type { LogEntry } from '../../streams/rules/entry'
import { logEntries, logEntry } from './entries'
import { gathered, Place, type PlaceOptions } from './place'
import { rosterOf, SESSION } from './snapshots'

/** An append of the session, and the number under which it was made. */
const append = (index: number, term: number, number: number): LogEntry =>
  logEntry(index, term, { session: SESSION, number })
const chunk = (...bytes: readonly number[]): Uint8Array => new Uint8Array(bytes)

/** Gives these batches of chunks, then none. */
function pulling(...batches: readonly (readonly Uint8Array[])[]): PullChunks {
  const left = [...batches]
  return () => defer(() => of(left.shift() ?? []))
}

/** A replica that has applied all that is in its log, and what it tells. */
class Compacting extends Place {
  readonly told: string[] = []

  constructor(options: PlaceOptions & { readonly entries: readonly LogEntry[] }) {
    super(options)
    this.apply(...options.entries)
    this.replica.compactions.subscribe(({ type, index, bytes }) => this.told.push(`${type} ${index}, ${bytes} bytes`))
  }

  apply(...entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      this.replica.commitTo(entry.index)
      this.replica.apply(entry)
      this.replica.sessions.apply(entry)
    }
  }

  compact(until: number, pull: PullChunks = pulling([chunk(1)])) {
    return gathered(this, compact$(this.replica, until, pull))
  }

  /** The sessions in the newest snapshot, by the numbers that they answer. */
  sessions(numbers: readonly number[]): unknown[] {
    const { meta, bytes } = this.disk.snapshots.at(-1) ?? {}
    const table = SessionTable.decode(bytes?.slice(0, meta?.sessionBytes) ?? chunk())
    return numbers.map(number => {
      const answer = table.find(SESSION, number)
      return typeof answer === 'object' ? answer.index : answer
    })
  }
}

describe('a compaction', () => {
  it('publishes what a consumer gives, with all that kayak must know of that index', () => {
    const place = new Compacting({ entries: [append(1, 1, 1), append(2, 1, 2), append(3, 2, 1), append(4, 2, 3)] })
    const { values, error } = place.compact(3, pulling([chunk(1, 2), chunk(3)], [chunk(4, 5, 6)]))
    expect(error).toBeUndefined()
    const [stored] = place.disk.snapshots
    expect(values).toEqual([stored?.meta])
    expect(stored?.meta).toMatchObject({ index: 3, term: 2, time: 3 })
    expect(stored?.bytes.slice(stored.meta.sessionBytes)).toEqual(chunk(1, 2, 3, 4, 5, 6))
    // as of that index, not of what has been applied since
    expect(place.sessions([1, 2, 3])).toEqual([1, 2, undefined])
    expect(place.told).toEqual([
      'started 3, 0 bytes',
      'progress 3, 3 bytes',
      'progress 3, 6 bytes',
      'finished 3, 6 bytes',
    ])
    expect(place.replica.snapshot).toEqual(stored?.meta)
  })

  it('is the same of what was applied last, for which nothing is read, and of what was applied before', () => {
    const entries = [append(1, 1, 1), append(2, 1, 9), append(3, 1, 5), append(4, 2, 1), append(5, 2, 7)]
    const snapshotOf = (applied: number) => {
      const place = new Compacting({ entries: [] })
      place.turn(() => place.replica.append(entries.slice(0, applied)))
      place.apply(...entries.slice(0, applied))
      place.compact(2)
      // memory needn't have it any more
      place.parts.log.forget(applied, applied)
      const read = jest.spyOn(place.parts.storage, 'readSnapshot')
      place.compact(4)
      const [, stored] = place.disk.snapshots
      return { stored, reads: read.mock.calls.length }
    }
    const restore = lowerLimits({ recentBytes: 0 })
    const [last, before] = [snapshotOf(4), snapshotOf(5)]
    restore()
    expect(last.stored).toEqual(before.stored)
    expect([last.reads > 0, before.reads > 0]).toEqual([false, true])
  })

  it('cuts the log behind it, without being told to', () => {
    const place = new Compacting({ entries: logEntries(1, [1, 1, 2, 2]) })
    place.compact(3)
    expect(place.disk.durable()).toMatchObject({ base: { index: 3, term: 2 }, last: { index: 4, term: 2 } })
    expect(place.parts.log.shape.base).toEqual({ index: 3, term: 2 })
  })

  it('holds the roster as of its index, committed later or not', () => {
    const rosterEntry = (index: number, names: string): LogEntry =>
      logEntry(index, 1, { kind: 'roster', payload: encodeRoster(rosterOf(names)) })
    const place = new Compacting({ entries: [rosterEntry(1, 'a'), append(2, 1, 1), rosterEntry(3, 'ab')] })
    place.turn(() => place.replica.append([rosterEntry(4, 'abc')]))
    const { values } = place.compact(2)
    expect(values.map(({ roster }) => [roster.index, roster.voters.length])).toEqual([[1, 1]])
    expect(place.replica.rosters.map(({ index }) => index)).toEqual([1, 3, 4])
  })

  it('goes on from the snapshot before it, of which the log is gone', () => {
    const place = new Compacting({ entries: [append(1, 1, 1), append(2, 1, 2), append(3, 1, 3), append(4, 1, 4)] })
    place.compact(2)
    expect(place.parts.log.shape.base.index).toBe(2)
    const { values } = place.compact(4)
    expect(values).toMatchObject([{ index: 4, time: 4 }])
    expect(place.sessions([1, 2, 3, 4])).toEqual([1, 2, 3, 4])
  })

  it('pulls a batch of chunks only when the one before is written', () => {
    const place = new Compacting({ entries: [append(1, 1, 1)], diskMs: 10 })
    const pulled: number[] = []
    const batches = pulling([chunk(1), chunk(2)], [chunk(3)])
    const pull = (): Observable<readonly Uint8Array[]> => {
      pulled.push(place.clock.now())
      return batches()
    }
    place.compact(1, pull)
    const [first = 0] = pulled
    expect(pulled.map(at => at - first)).toEqual([0, 20, 30])
  })

  it('goes on while entries come and are applied', () => {
    const place = new Compacting({ entries: [append(1, 1, 1)], diskMs: 10 })
    const done: unknown[] = []
    compact$(place.replica, 1, pulling([chunk(1)])).subscribe(({ index }) => done.push(index))
    place.pass(15).turn(() => place.replica.append([append(2, 1, 2)]))
    place.apply(append(2, 1, 2))
    place.settle()
    expect([done, place.sessions([1, 2]), place.parts.log.last.index]).toEqual([[1], [1, undefined], 2])
    expect(place.errors).toEqual([])
  })

  it.each([
    ['ahead of what has been applied', 5, { code: 'KAYAK_NOT_COMMITTED' }],
    ['at the newest snapshot', 2, { code: 'KAYAK_COMPACTED', snapshotIndex: 2 }],
    ['before the newest snapshot', 1, { code: 'KAYAK_COMPACTED', snapshotIndex: 2 }],
    ['before the log', 0, { code: 'KAYAK_COMPACTED', snapshotIndex: 2 }],
  ])('%s is refused before anything is asked for or told', (_, until, error) => {
    const place = new Compacting({ entries: logEntries(1, [1, 1, 1, 1]) })
    place.compact(2)
    place.told.length = 0
    let pulls = 0
    const pull = (): Observable<never[]> => {
      pulls++
      return of([])
    }
    expect(place.compact(until, pull)).toMatchObject({ values: [], error })
    expect([pulls, place.told, place.disk.snapshots.length]).toEqual([0, [], 1])
  })

  it('that fails for what it is given leaves everything as it was, and another may follow', () => {
    const place = new Compacting({ entries: logEntries(1, [1, 1, 1]) })
    const fault = new Error('no more rows')
    const some = pulling([chunk(1)])
    let pulls = 0
    const failed = place.compact(2, () => (++pulls === 1 ? some() : throwError(() => fault)))
    expect(failed).toEqual({ values: [], error: fault })
    expect([place.disk.snapshots, place.replica.snapshot, place.parts.log.shape.base.index]).toEqual([[], undefined, 0])
    expect(place.compact(2).values).toHaveLength(1)
    const snapshots = place.journal.filter(line => line.includes('discard') || line.includes('publish'))
    expect(snapshots).toEqual(['0 discard 2', '0 publish 2'])
    expect(place.errors).toEqual([])
  })

  it('that fails for its disk publishes nothing', () => {
    const place = new Compacting({ entries: logEntries(1, [1, 1, 1]) })
    place.disk.failNextWrite()
    expect(place.compact(2).error).toMatchObject({ code: 'KAYAK_STORAGE_FAILED' })
    expect([place.disk.snapshots, place.replica.snapshot]).toEqual([[], undefined])
  })

  it('that nobody waits for any more changes nothing', () => {
    const place = new Compacting({ entries: logEntries(1, [1, 1, 1]), diskMs: 10 })
    const waiting = compact$(place.replica, 2, pulling([chunk(1)])).subscribe()
    place.pass(25)
    waiting.unsubscribe()
    place.settle()
    expect([place.replica.snapshot, place.parts.log.shape.base.index]).toEqual([undefined, 0])
    expect(place.compact(3).values).toMatchObject([{ index: 3 }])
  })
})
