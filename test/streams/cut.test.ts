import { lowerLimits } from '../../lib/testing/cluster'
import type { SnapshotMeta } from '../../streams/contracts/storage'
import { cutBehind } from '../../streams/replica/cut'
import { entryBytes } from '../../streams/rules/entry'
import { logEntries, logEntry } from './entries'
import { Place } from './place'
import { rosterOf } from './snapshots'

const ENTRY = entryBytes(logEntry(1, 1))
const TERMS = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]

const metaAt = (index: number): SnapshotMeta => {
  return { index, term: 1, time: index, roster: rosterOf('abc', 1), sessionBytes: 0, bytes: 0, checksum: 0 }
}

/** A replica with ten entries, in memory and on disk, and a snapshot, whose log is cut behind that. */
function cut(snapshotIndex: number, prepare: (place: Place) => void = () => undefined): Place {
  const place = new Place()
  place.turn(() => place.replica.append(logEntries(1, TERMS)))
  place.turn(() => {
    place.replica.commitTo(snapshotIndex)
    place.replica.adopt(metaAt(snapshotIndex))
    prepare(place)
    cutBehind(place.replica)
  })
  place.settle()
  expect(place.errors).toEqual([])
  return place
}
const baseOf = (place: Place): readonly number[] => [
  ...[place.parts.log.shape.base.index, place.disk.durable().base.index],
]

describe('the log behind a snapshot', () => {
  let restore: () => void = () => undefined
  beforeEach(() => (restore = lowerLimits({ tailEntries: 0, pinnedBytes: 5 * ENTRY })))
  afterEach(() => restore())

  it('is cut up to it, in memory and on disk', () => {
    const place = cut(8)
    expect(baseOf(place)).toEqual([8, 8])
    expect(place.disk.log.entries.map(({ index }) => index)).toEqual([9, 10])
  })

  it('keeps a tail for followers that lag a little', () => {
    restore()
    restore = lowerLimits({ tailEntries: 3 })
    expect(baseOf(cut(8))).toEqual([5, 5])
    expect(baseOf(cut(3))).toEqual([0, 0])
    expect(baseOf(cut(2))).toEqual([0, 0])
  })

  it('keeps in that tail only so many bytes, and what is recent by the log’s time', () => {
    restore()
    // entries are as old as their index says, the last one's is 10
    restore = lowerLimits({ tailEntries: 8, keptBytes: 4 * ENTRY })
    expect(baseOf(cut(8))).toEqual([4, 4])
    restore()
    restore = lowerLimits({ tailEntries: 8, keptMs: 4 })
    expect(baseOf(cut(8))).toEqual([5, 5])
    restore()
    restore = lowerLimits({ tailEntries: 8, keptMs: 1 })
    expect(baseOf(cut(8))).toEqual([8, 8])
  })

  it('keeps that tail on disk where memory has let go of it', () => {
    restore()
    restore = lowerLimits({ tailEntries: 3, recentBytes: 0 })
    const place = cut(8, ({ parts: { log } }) => {
      log.forget(8, 8)
      expect(log.cachedFrom).toBe(9)
    })
    expect(baseOf(place)).toEqual([5, 5])
  })

  it('keeps in that tail nothing that an earlier life has left, of which it knows too little', () => {
    restore()
    restore = lowerLimits({ tailEntries: 8 })
    const place = new Place({ entries: logEntries(1, [1, 1, 1, 1, 1, 1]) })
    place.turn(() => place.replica.append(logEntries(7, [1, 1, 1, 1])))
    place.turn(() => {
      place.replica.commitTo(9)
      place.replica.adopt(metaAt(9))
      cutBehind(place.replica)
    })
    expect(baseOf(place)).toEqual([6, 6])
  })

  it('keeps what follows a snapshot on its way to a member', () => {
    const pin = (index: number) => (place: Place) => {
      place.replica.pins = new Map([['b', { index, appendedBytes: place.parts.log.appendedBytes }]])
    }
    expect(baseOf(cut(8, pin(4)))).toEqual([4, 4])
    expect(baseOf(cut(8, pin(9)))).toEqual([8, 8])
  })

  it('does not keep that for ever: a member that is too slow begins anew', () => {
    const budgets: unknown[] = []
    const slow = (place: Place): void => {
      place.parts.budgets.told$.subscribe(event => budgets.push(event))
      place.replica.pins = new Map([
        ['b', { index: 2, appendedBytes: place.parts.log.appendedBytes }],
        ['c', { index: 6, appendedBytes: place.parts.log.appendedBytes + ENTRY }],
      ])
      place.parts.log.append(logEntries(11, [1, 1, 1, 1, 1, 1]))
    }
    expect(baseOf(cut(8, slow))).toEqual([6, 6])
    expect(budgets).toMatchObject([{ budget: 'pinned', member: 'b', used: 6 * ENTRY }])
  })

  it('is cut no further than what is durable', () => {
    const place = new Place({ entries: logEntries(1, [1, 1, 1]), diskMs: 10 })
    place.turn(() => {
      place.replica.append(logEntries(4, [1, 1, 1]))
      place.replica.adopt(metaAt(5))
      cutBehind(place.replica)
    })
    expect(place.parts.log.shape.base.index).toBe(3)
    place.settle()
    expect([place.disk.durable().base.index, place.disk.log.last.index, place.errors]).toEqual([3, 6, []])
  })

  it('is not touched while there is no snapshot', () => {
    const place = new Place({ entries: logEntries(1, TERMS) })
    place.turn(() => cutBehind(place.replica))
    expect([baseOf(place), place.journal]).toEqual([[0, 0], []])
  })
})

describe('older snapshots', () => {
  it('are dropped but for those that are on their way', () => {
    const place = new Place({ entries: logEntries(1, TERMS) })
    for (const index of [2, 4, 6]) place.disk.snapshots.push({ meta: metaAt(index), bytes: new Uint8Array() })
    place.turn(() => {
      place.replica.commitTo(6)
      place.replica.adopt(metaAt(6))
      place.replica.pins = new Map([['b', { index: 4, appendedBytes: 0 }]])
      cutBehind(place.replica)
    })
    expect(place.disk.snapshots.map(({ meta }) => meta.index)).toEqual([4, 6])
    place.turn(() => {
      place.replica.pins = new Map()
      cutBehind(place.replica)
    })
    expect(place.disk.snapshots.map(({ meta }) => meta.index)).toEqual([6])
  })
})
