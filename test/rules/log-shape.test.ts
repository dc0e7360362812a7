import fc from 'fast-check'
import { ORIGIN } from '../../streams/rules/entry'
import {
  compacted,
  emptyShape,
  extended,
  runStart,
  termAt,
  truncated,
  type LogShape,
} from '../../streams/rules/log-shape'
import { at, positions, shapeOf, terms, termOf, type Terms } from './logs'

/** A log as a plain array, and how much of it is compacted. */
interface Model {
  readonly log: Terms
  readonly base: number
}

/** Says in every way that there is to ask what the model says. */
function expectSame(shape: LogShape, { log, base }: Model): void {
  expect(shape.base).toEqual(at(log, base))
  expect(shape.last).toEqual(at(log, log.length))
  for (let index = 0; index <= log.length + 2; index++) {
    const held = index >= base && index <= log.length
    expect([index, termAt(shape, index)]).toEqual([index, held ? termOf(log, index) : undefined])
    if (!held || index === base) continue
    let start = index
    while (start > base + 1 && termOf(log, start - 1) === termOf(log, index)) start--
    expect([index, runStart(shape, index)]).toEqual([index, start])
  }
  const starts = positions(log, base + 1, log.length).filter(
    ({ index, term }) => index === base + 1 || termOf(log, index - 1) !== term,
  )
  expect(shape.runs).toEqual(starts)
}

type Change = { readonly type: 'extend' | 'truncate' | 'compact'; readonly by: number; readonly terms: Terms }

const changes = fc.array(
  fc.record({
    type: fc.constantFrom<Change['type']>('extend', 'extend', 'truncate', 'compact'),
    by: fc.nat({ max: 20 }),
    terms: terms.filter(list => list.length > 0),
  }),
  { maxLength: 12 },
)

function change(shape: LogShape, { log, base }: Model, { type, by, terms: more }: Change): [LogShape, Model] {
  if (type === 'extend') {
    const rising = more.map(term => term + (log.at(-1) ?? 0) - 1)
    const longer = [...log, ...rising]
    return [extended(shape, positions(longer, log.length + 1, longer.length)), { log: longer, base }]
  }
  if (type === 'truncate') {
    const from = base + 1 + by
    return [truncated(shape, from), { log: log.slice(0, from - 1), base }]
  }
  const until = Math.min(by, log.length)
  return [compacted(shape, at(log, until)), { log, base: Math.max(base, until) }]
}

describe('a log shape', () => {
  test('tells of a log what an array of its terms does, however it has come about', () => {
    fc.assert(
      fc.property(changes, list => {
        let state: [LogShape, Model] = [emptyShape(ORIGIN), { log: [], base: 0 }]
        for (const one of list) {
          state = change(...state, one)
          expectSame(...state)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('changes no shape that someone else may hold', () => {
    const shape = shapeOf([1, 1, 2])
    const before = structuredClone(shape)
    extended(shape, [{ index: 4, term: 3 }])
    truncated(shape, 2)
    compacted(shape, { index: 1, term: 1 })
    expect(shape).toEqual(before)
  })

  test('cut back behind its base is empty there, and never shorter', () => {
    const shape = shapeOf([1, 1, 2, 2], 2)
    expect(truncated(shape, 1)).toEqual(emptyShape({ index: 2, term: 1 }))
    expect(truncated(shape, 5)).toBe(shape)
  })

  test('compacted beyond its end begins anew there', () => {
    const shape = shapeOf([1, 1])
    expect(compacted(shape, { index: 9, term: 4 })).toEqual(emptyShape({ index: 9, term: 4 }))
    expect(compacted(compacted(shape, { index: 9, term: 4 }), { index: 3, term: 2 }).base.index).toBe(9)
  })
})
