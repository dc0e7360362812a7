import { lowerLimits } from '../../../lib/testing/cluster'
import { encodeEntries } from '../../../streams/contracts/entry-codec'
import { ENTRY_HEADER_BYTES as ENTRY } from '../../../streams/rules/entry'
import { Bench, HEARTBEAT, type Said } from './bench'
import { batchesTo, entriesOf, establish } from './leading'

const SESSION = '0123456789abcdef0123'
let bench: Bench
let restore: () => void
beforeEach(() => {
  restore = lowerLimits({ batchBytes: 2 * ENTRY })
  bench = establish(new Bench({ log: [1] }).elect())
})
afterEach(() => {
  bench.stop()
  restore()
})

/** Another member hands over so many appends in one message; what the leader sends in the turn that takes them. */
function propose(...numbers: readonly number[]): readonly Said[] {
  const entries = numbers.map(number => {
    return { index: 0, term: 0, kind: 'data', time: 0, session: SESSION, number, payload: new Uint8Array() } as const
  })
  bench.hear('b', { type: 'propose', id: `b-${numbers.join('-')}`, entries: encodeEntries(entries) })
  return bench.said('append-entries')
}

const batches = (to: string, said: readonly Said[]): readonly unknown[] =>
  said.filter(message => message.to === to && entriesOf(message).length > 0).map(({ entries }) => entries)

describe('a leader with several batches for its members in a turn', () => {
  it('encodes each batch once', () => {
    const said = propose(1, 2, 3, 4, 5)
    expect(batchesTo('b', said)).toEqual([[3, 4], [5, 6], [7]])
    const [first, second] = [batches('b', said), batches('c', said)]
    expect(second).toHaveLength(3)
    first.forEach((bytes, at) => expect(second[at]).toBe(bytes))
  })

  it('keeps none of them when the turn is over', () => {
    const before = batches('b', propose(1, 2))
    // nobody answers: it takes them for lost
    const again = batches('b', bench.pass(3 * HEARTBEAT).said('append-entries'))
    expect(again[0]).toEqual(before[0])
    expect(again[0]).not.toBe(before[0])
  })
})
