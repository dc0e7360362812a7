import fc from 'fast-check'
import { lowerLimits } from '../../lib/testing/cluster'
import { Measures } from '../../streams/replica/measures'
import { entryBytes } from '../../streams/rules/entry'
import { logEntry } from './entries'

const step = fc.record({
  do: fc.constantFrom('append', 'append', 'append', 'truncate', 'clear'),
  many: fc.integer({ min: 1, max: 6 }),
})

/** Of the last so many at most: three times what is kept may have come since a snapshot began. */
const PLACES = 8

test('what is kept for followers is told by the last entries, whatever has become of those before', () => {
  const restore = lowerLimits({ tailEntries: PLACES / 4 })
  const model = (steps: readonly { readonly do: string; readonly many: number }[], mostEntries: number): void => {
    const measures = new Measures()
    let [last, known] = [0, new Array<number>()]
    for (const { do: what, many } of steps) {
      if (what === 'append') {
        const fresh = Array.from({ length: many }, (_, at) => logEntry(last + 1 + at, 1, { time: last + 1 + at }))
        measures.append(fresh)
        known = [...known, ...fresh.map(({ index }) => index)].slice(-PLACES)
        last += many
      } else if (what === 'truncate') {
        last = Math.max(0, last - many)
        measures.truncate(last + 1)
        known = known.filter(index => index <= last)
      } else {
        measures.clear()
        known = []
        // as after an installed snapshot that is ahead
        last += many
      }
      const mostBytes = mostEntries * entryBytes(logEntry(1, 1))
      for (let until = Math.max(0, last - 3); until <= last + 1; until++) {
        for (const [oldest, since] of [
          [1, 0],
          [last - 1, 0],
          [1, last - 2],
        ] as const) {
          const kept = known.filter(index => index <= until && index >= Math.max(oldest, since)).slice(-mostEntries)
          const expected = until > last || kept.length === 0 || mostEntries === 0 ? until + 1 : kept[0]
          expect(measures.from(until, { oldest, since, mostBytes })).toBe(expected)
        }
      }
    }
  }
  try {
    fc.assert(fc.property(fc.array(step, { maxLength: 25 }), fc.nat({ max: 9 }), model))
  } finally {
    restore()
  }
})
