import { lowerLimits } from '../../lib/testing/cluster'
import { entryBytes } from '../../streams/rules/entry'
import { logEntries, logEntry } from './entries'
import { gathered, Place } from './place'

const ENTRY = entryBytes(logEntry(1, 1))
const BYTES = 100 * ENTRY

describe('a log', () => {
  let restore: () => void = () => undefined
  afterEach(() => restore())

  it('gives what memory has at once, and reads the rest, by way of the inbox', () => {
    const place = new Place({ entries: logEntries(1, [1, 1, 1]) })
    const { log, inbox } = place.parts
    place.turn(() => log.append(logEntries(4, [2, 2])))
    const seen: number[] = []
    log.read(4, 5, BYTES).subscribe(entries => seen.push(entries.length))
    expect(seen).toEqual([2])
    log.read(1, 5, BYTES).subscribe(entries => seen.push(entries.length))
    while (inbox.length === 0 && place.clock.step());
    // read, but its turn has not come
    expect([seen, place.journal]).toEqual([[2], ['0 append 4-5', '0 read 1-3']])
    place.pass(0)
    expect(seen).toEqual([2, 3])
  })

  it('keeps in memory what is not applied or not durable, and lets go of the rest beyond its limit', () => {
    restore = lowerLimits({ tailBytes: ENTRY })
    const place = new Place({ diskMs: 10 })
    const { log } = place.parts
    place.turn(() => log.append(logEntries(1, [1, 1, 1, 1, 1])))
    log.forget(5, 5)
    expect(log.cachedFrom).toBe(1)
    place.pass(10)
    log.forget(3, 3)
    expect(log.cachedFrom).toBe(4)
    log.forget(5, 5)
    expect(log.cachedFrom).toBe(5)
    log.append(logEntries(6, [1]))
    expect([log.bytesAfter(4), log.bytesAfter(6), log.appendedBytes]).toEqual([2 * ENTRY, 0, 6 * ENTRY])
  })

  it('keeps what is not durable, however little it keeps of what is applied', () => {
    restore = lowerLimits({ recentBytes: 0 })
    const place = new Place({ diskMs: 10 })
    const { log } = place.parts
    place.turn(() => log.append(logEntries(1, [1, 1, 1])))
    log.forget(3, 3)
    expect(log.cachedFrom).toBe(1)
    place.pass(10)
    log.forget(3, 3)
    expect(log.cachedFrom).toBe(4)
  })

  it('keeps what members are yet to be sent up to that limit, and of what they have been sent only a little', () => {
    restore = lowerLimits({ recentBytes: 2 * ENTRY, tailBytes: 5 * ENTRY })
    const place = new Place({ diskMs: 10 })
    const { log } = place.parts
    place.turn(() => log.append(logEntries(1, [1, 1, 1, 1, 1, 1, 1, 1])))
    place.pass(10)
    const keptOf = (applied: number, wantedFrom: number): number => {
      log.forget(applied, 8, wantedFrom)
      return log.cachedFrom
    }
    expect([keptOf(8, 2), keptOf(8, 5), keptOf(8, 9)]).toEqual([4, 5, 7])
  })

  it('lets go of what has committed and is not applied where that is too much, and reads it again', () => {
    restore = lowerLimits({ tailBytes: ENTRY, unappliedBytes: 3 * ENTRY })
    const place = new Place({ diskMs: 10 })
    const { log } = place.parts
    place.turn(() => log.append(logEntries(1, [1, 1, 1, 1, 1, 1])))
    // none of it is on disk
    expect([log.forget(1, 5), log.cachedFrom]).toEqual([0, 1])
    place.pass(10)
    expect([log.forget(1, 2), log.cachedFrom]).toEqual([5 * ENTRY, 3])
    expect([log.forget(1, 5), log.cachedFrom, log.forget(1, 5)]).toEqual([4 * ENTRY, 4, 0])
    expect(gathered(place, log.read(2, 6, BYTES)).values).toEqual([logEntries(2, [1, 1])])
  })

  it('counts what an earlier life has left as a whole, until that has committed or is cut', () => {
    const place = new Place({ entries: logEntries(1, [1, 1, 1]) })
    const { log } = place.parts
    place.turn(() => log.append(logEntries(4, [2])))
    const left = log.bytesAfter(2) - ENTRY
    expect(left).toBeGreaterThanOrEqual(3 * ENTRY)
    expect([log.bytesAfter(0), log.bytesAfter(3)]).toEqual([left + ENTRY, ENTRY])
    place.turn(() => log.truncate(3))
    expect([log.bytesAfter(1), log.bytesAfter(2)]).toEqual([left, 0])
  })

  it('knows the time of its last entry, so that time does not go back', () => {
    const { log } = new Place({ entries: [logEntry(1, 1, { time: 70 }), logEntry(2, 1, { time: 90 })] }).parts
    expect(log.lastTime).toBe(90)
    log.append([logEntry(3, 1, { time: 95 })])
    expect(log.lastTime).toBe(95)
  })

  it('takes a snapshot’s place for all that conflicts with it, and keeps what agrees (section 5.3)', () => {
    const entries = logEntries(1, [1, 1, 2, 2, 2])
    const agreeing = new Place({ entries })
    agreeing.turn(() => agreeing.parts.log.replace({ index: 3, term: 2 }))
    expect(agreeing.disk.durable()).toMatchObject({ base: { index: 3, term: 2 }, last: { index: 5, term: 2 } })
    const conflicting = new Place({ entries })
    conflicting.turn(() => conflicting.parts.log.replace({ index: 3, term: 3 }))
    expect(conflicting.disk.durable()).toMatchObject({ base: { index: 3, term: 3 }, last: { index: 3, term: 3 } })
    expect(conflicting.parts.disk.durable).toBe(3)
  })

  it('appends behind a snapshot that was ahead of it', () => {
    const place = new Place({ entries: logEntries(1, [1, 1]) })
    const { log } = place.parts
    place.turn(() => log.replace({ index: 9, term: 4 }))
    place.turn(() => log.append(logEntries(10, [4, 5])))
    const { values } = gathered(place, log.read(10, 11, BYTES))
    expect(values).toEqual([logEntries(10, [4, 5])])
    expect(place.disk.log.entries.map(({ index }) => index)).toEqual([10, 11])
  })

  it('that is compacted says so to who reads before its base', () => {
    const place = new Place()
    const { log } = place.parts
    place.turn(() => log.append(logEntries(1, [1, 1, 1]))).turn(() => log.cut({ index: 2, term: 1 }))
    expect(log.cachedFrom).toBe(3)
    expect(gathered(place, log.read(2, 3, BYTES)).error).toMatchObject({ code: 'KAYAK_COMPACTED' })
    expect(gathered(place, log.read(3, 3, BYTES)).values).toEqual([logEntries(3, [1])])
    expect([log.termAt(1), log.termAt(2), log.termAt(3), log.termAt(4)]).toEqual([undefined, 1, 1, undefined])
  })
})
