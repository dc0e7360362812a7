import { encodeEntries } from '../../../streams/contracts/entry-codec'
import type { LogEntry } from '../../../streams/rules/entry'
import { Bench } from './bench'
import { establish } from './leading'

let bench: Bench
afterEach(() => bench.stop())

/** Leads an established term: the entry with which it began has committed. */
const established = (...options: ConstructorParameters<typeof Bench>): Bench =>
  (bench = establish(new Bench(...options).elect()))

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('a leader that is asked for the same append twice', () => {
  const SESSION = '0123456789abcdef0123'
  const proposed = (number: number): LogEntry => {
    return { index: 0, term: 0, kind: 'data', time: 0, session: SESSION, number, payload: text(`payload ${number}`) }
  }
  const propose = (id: string, ...numbers: number[]): unknown => {
    bench.hear('b', { type: 'propose', id, entries: encodeEntries(numbers.map(proposed)) })
    return bench.said('propose-reply')
  }

  it('has it in its log once, and accepts it each time', () => {
    established({ log: [1] })
    expect(propose('r-1', 1, 2)).toMatchObject([{ id: 'r-1', verdict: 'accepted' }])
    expect(propose('r-2', 2, 1, 3, 3)).toMatchObject([{ id: 'r-2', verdict: 'accepted' }])
    expect(bench.log).toEqual([1, 2, 2, 2, 2])
    bench.pass(1).acknowledge('b', { term: 2, match: 5 }).pass(1)
    expect(bench.replica.applied).toBe(5)
    propose('r-3', 1, 2, 3)
    expect(bench.log).toHaveLength(5)
  })

  it('says which of a message it can not know any more, by their places in it', () => {
    established({ log: [1] })
    propose('r-1', 5000)
    bench.pass(1).acknowledge('b', { term: 2, match: 3 }).pass(1)
    expect(propose('r-2', 5001, 1, 5002, 5000, 2, 5003)).toMatchObject([{ verdict: 'accepted', expired: [1, 4] }])
    expect(bench.log).toEqual([1, 2, 2, 2, 2, 2])
  })

  it('knows what it has of earlier terms when it is elected, but not what it has cut', () => {
    established({ log: [1] })
    propose('r-1', 1, 2)
    bench.append('c', { term: 3, previous: [3, 2], terms: [3] })
    expect(bench.log).toEqual([1, 2, 2, 3])
    bench.elect()
    expect([bench.term, bench.log]).toEqual([4, [1, 2, 2, 3, 4]])
    propose('r-2', 1)
    expect(bench.log).toEqual([1, 2, 2, 3, 4])
    propose('r-3', 2, 1)
    expect(bench.log).toEqual([1, 2, 2, 3, 4, 4])
  })
})
