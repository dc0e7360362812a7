import fc from 'fast-check'
import { Tail } from '../../streams/replica/tail'
import { entryBytes, type LogEntry } from '../../streams/rules/entry'

const entry = (index: number, bytes = 0): LogEntry => {
  return { index, term: 1, kind: 'data', time: 0, session: '', number: 0, payload: new Uint8Array(bytes) }
}
const HEADER = entryBytes(entry(1))
const indexes = (entries: readonly LogEntry[] | undefined) => entries?.map(({ index }) => index)

describe('the end of the log in memory', () => {
  it('gives a range as far as bytes allow, but one entry always', () => {
    const tail = new Tail()
    tail.append([entry(5, 100), entry(6, 100), entry(7, 100)])
    expect(indexes(tail.slice(5, 7, 1))).toEqual([5])
    expect(indexes(tail.slice(5, 7, 2 * (HEADER + 100)))).toEqual([5, 6])
    expect(indexes(tail.slice(6, 99, 1e9))).toEqual([6, 7])
    expect(indexes(tail.slice(5, 6, 1e9))).toEqual([5, 6])
    expect(tail.slice(4, 7, 1e9)).toBeUndefined()
    expect(indexes(tail.slice(8, 9, 1e9))).toEqual([])
  })

  it('lets go of the oldest first, up to a point, and only while it holds too much', () => {
    const tail = new Tail()
    tail.append([1, 2, 3, 4].map(index => entry(index)))
    tail.evict(4, 2 * HEADER)
    expect([tail.first, tail.bytesAfter(0)]).toEqual([3, 2 * HEADER])
    tail.evict(3, 0)
    expect([tail.first, tail.bytesAfter(0)]).toEqual([4, HEADER])
  })

  it('is what a plain list would be, whatever is done to it', () => {
    const append = fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 400 }) })
    const truncate = fc.record({ do: fc.constant('truncate' as const), back: fc.nat({ max: 300 }) })
    const evict = fc.record({
      do: fc.constant('evict' as const),
      back: fc.nat({ max: 300 }),
      keep: fc.nat({ max: 900 }),
    })
    fc.assert(
      fc.property(fc.array(fc.oneof(append, append, truncate, evict), { maxLength: 30 }), steps => {
        const tail = new Tail()
        let plain: LogEntry[] = []
        let last = 0
        for (const step of steps) {
          if (step.do === 'append') {
            const more = Array.from({ length: step.count }, (_, at) => entry(last + 1 + at, (last + at) % 7))
            tail.append(more)
            plain = [...plain, ...more]
            last += step.count
          } else if (step.do === 'truncate') {
            const from = Math.max(1, last - step.back)
            tail.truncate(from)
            plain = plain.filter(({ index }) => index < from)
            last = Math.min(last, from - 1)
          } else {
            const until = last - step.back
            const sum = (): number => plain.reduce((bytes, one) => bytes + entryBytes(one), 0)
            tail.evict(until, step.keep * HEADER)
            while ((plain[0]?.index ?? Infinity) <= until && sum() > step.keep * HEADER) plain = plain.slice(1)
          }
          const first = plain[0]?.index
          expect(tail.first).toBe(first)
          if (first === undefined) continue
          expect(indexes(tail.slice(first, last, Infinity))).toEqual(plain.map(({ index }) => index))
          const after = plain.filter(({ index }) => index > first)
          expect(tail.bytesAfter(first)).toBe(after.reduce((bytes, one) => bytes + entryBytes(one), 0))
        }
      }),
      { numRuns: 100 },
    )
  })
})
