import { of } from 'rxjs'
import { lowerLimits } from '../../../lib/testing/cluster'
import { encodeEntries } from '../../../streams/contracts/entry-codec'
import { ENTRY_HEADER_BYTES as ENTRY, ORIGIN } from '../../../streams/rules/entry'
import { Bench, T } from './bench'
import { batchesTo, establish } from './leading'

let bench: Bench
let restore: () => void = () => undefined
afterEach(() => {
  bench.stop()
  restore()
})

/** An append that `b` acknowledges. */
function append(number: number): void {
  const rest = { kind: 'data', time: 0, session: '1'.repeat(20), payload: new Uint8Array() } as const
  const entries = encodeEntries([{ ...ORIGIN, ...rest, number }])
  bench.hear('b', { type: 'propose', id: String(number), entries }).pass(0)
  bench.acknowledge('b', { term: 2, match: 2 + number })
}

/** Established, with entry 2 as its own, and so many others of its term that `b` has acknowledged, with what it said meanwhile. */
function lead(appends: number) {
  bench = establish(new Bench({ log: [1] }).elect())
  for (let number = 1; number <= appends; number++) append(number)
  return bench.said('append-entries')
}
/** The first entry that memory has. */
const remembered = (): number => bench.replica.parts.log.cachedFrom

describe('a leader’s memory', () => {
  it('lets go of what has been applied and every member been sent, but for a little', () => {
    restore = lowerLimits({ recentBytes: 2 * ENTRY })
    lead(10)
    expect([bench.replica.applied, remembered()]).toEqual([12, 11])
  })

  it('keeps what a member that it hears has yet to be sent, up to a tail', () => {
    restore = lowerLimits({ recentBytes: 2 * ENTRY, pipelineMessages: 3 })
    const said = lead(10)
    expect([batchesTo('c', said), remembered()]).toEqual([[[3], [4], [5]], 6])
    // sent, whether or not it has arrived
    bench.acknowledge('c', { term: 2, match: 5 }).pass(0)
    expect([batchesTo('c', bench.said('append-entries')), remembered()]).toEqual([[[6, 7, 8, 9, 10, 11, 12]], 11])
  })

  it('keeps no more of it than that tail', () => {
    restore = lowerLimits({ recentBytes: 2 * ENTRY, tailBytes: 4 * ENTRY, pipelineMessages: 3 })
    lead(10)
    expect(remembered()).toBe(9)
  })

  it('keeps nothing for one that it does not hear any more', () => {
    restore = lowerLimits({ recentBytes: 2 * ENTRY, pipelineMessages: 3 })
    lead(10)
    for (let passed = 0; passed <= T; passed += T / 4) bench.acknowledge('b', { term: 2, match: 12 }).pass(T / 4)
    expect([bench.role, remembered()]).toEqual(['leader', 11])
  })

  it('keeps what one lacks that it has not heard yet, for an election timeout', () => {
    restore = lowerLimits({ recentBytes: 2 * ENTRY })
    bench = new Bench({ log: [1] }).elect().pass(1)
    for (let number = 1; number <= 10; number++) append(number)
    expect([bench.replica.applied, remembered()]).toEqual([12, 2])
    bench.pass(T).acknowledge('b', { term: 2, match: 12 }).pass(0)
    expect([bench.role, remembered()]).toEqual(['leader', 11])
  })

  it('keeps nothing for one that gets a snapshot first', () => {
    restore = lowerLimits({ recentBytes: 2 * ENTRY, pipelineMessages: 3, tailEntries: 0 })
    lead(5)
    bench.member.compact(7, () => of([])).subscribe()
    bench.pass(1)
    expect(bench.said('install-snapshot')).toMatchObject([{ to: 'c', index: 7 }])
    for (let number = 6; number <= 10; number++) append(number)
    bench.acknowledge('c', { term: 2, match: 2 })
    expect([bench.replica.parts.log.shape.base.index, bench.replica.applied, remembered()]).toEqual([7, 12, 11])
  })

  it('keeps nothing for members once it leads no more', () => {
    restore = lowerLimits({ recentBytes: 2 * ENTRY, pipelineMessages: 3 })
    lead(10)
    bench.append('b', { term: 3, previous: [12, 2], terms: [3], commit: 12 })
    expect([bench.role, bench.replica.unsentFrom]).toEqual(['follower', Infinity])
    bench.pass(1)
    // two, of which 13 has not committed
    expect(remembered()).toBe(12)
  })
})
