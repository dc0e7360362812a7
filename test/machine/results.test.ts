import { LIMITS } from '../../streams/contracts/limits.js'
import { Results } from '../../lib/machine/results.js'
import { see } from '../streams/operators/seen'

const known = (value: string | undefined) => ({ isKnown: true, value })
const LOST = { isKnown: false }

describe('results', () => {
  afterEach(() => jest.restoreAllMocks())

  test('are told to who waits for them, once, and to nobody else', () => {
    const results = new Results<string>()
    results.skippedTo(0)
    const [two, again, four] = [2, 2, 4].map(index => see(results.at$(index)))
    results.applied(2, 'two')
    results.applied(3, 'three')
    expect([two, again]).toMatchObject([
      { values: [known('two')], end: 'complete' },
      { values: [known('two')], end: 'complete' },
    ])
    expect(four).toMatchObject({ values: [], end: undefined })
    results.applied(4, 'four')
    expect(four?.values).toEqual([known('four')])
    expect([2, 3, 4, 5].map(index => results.told(index))).toEqual([LOST, LOST, LOST, undefined])
  })

  test('are kept as long as an append is under way that they may be of', () => {
    const results = new Results<string | undefined>()
    results.skippedTo(1)
    const first = results.ask()
    results.applied(2, 'two')
    const second = results.ask()
    results.applied(3, undefined)
    expect([1, 2, 3].map(index => results.told(index))).toEqual([LOST, known('two'), known(undefined)])
    first()
    expect([2, 3].map(index => results.told(index))).toEqual([LOST, known(undefined)])
    second()
    expect(results.told(3)).toEqual(LOST)
    results.applied(4, 'four')
    expect(results.told(4)).toEqual(LOST)
    const third = results.ask()
    results.applied(5, 'five')
    expect(results.told(5)).toEqual(known('five'))
    third()
    expect(results.told(5)).toEqual(LOST)
  })

  test('are so many at most, of which the oldest go first', () => {
    jest.replaceProperty(LIMITS, 'machineResults', 10 as never)
    const results = new Results<number>()
    results.skippedTo(0)
    const known = results.ask()
    const kept = (): number[] => Array.from({ length: 40 }, (_, at) => at + 1).filter(at => results.told(at)?.isKnown)
    for (let index = 1; index <= 11; index++) results.applied(index, index)
    expect(kept()).toEqual([6, 7, 8, 9, 10, 11])
    for (let index = 12; index <= 33; index++) results.applied(index, index)
    expect(kept()).toEqual([26, 27, 28, 29, 30, 31, 32, 33])
    known()
    expect(kept()).toEqual([])
  })

  test('are lost where a snapshot has taken the place of their entries', () => {
    const results = new Results<string>()
    results.skippedTo(3)
    const waiting = [4, 6, 8].map(index => see(results.at$(index)))
    results.skippedTo(6)
    expect(waiting.map(({ values }) => values)).toEqual([[LOST], [LOST], []])
    results.applied(8, 'eight')
    expect(waiting[2]?.values).toEqual([known('eight')])
  })

  test('are of no interest to who only waits until an index is passed', () => {
    const results = new Results<string>()
    expect(results.told(0)).toBeUndefined()
    const [zero, four, six] = [0, 4, 6].map(index => see(results.holding$(index)))
    results.skippedTo(0)
    expect([zero?.end, four?.end, results.holds(0), results.holds(1)]).toEqual(['complete', undefined, true, false])
    // an index that no entry has
    results.applied(5, 'five')
    expect([four?.end, six?.end]).toEqual(['complete', undefined])
    results.skippedTo(9)
    expect(six?.end).toBe('complete')
  })

  test('are told to nobody who has gone', () => {
    const results = new Results<string>()
    const [waiting, gone] = [see(results.at$(4)), see(results.at$(4))]
    const passing = see(results.holding$(4))
    gone.stop()
    passing.stop()
    results.applied(4, 'four')
    expect([waiting.end, gone.end, passing.end]).toEqual(['complete', undefined, undefined])
  })
})
