import fc from 'fast-check'
import { from, Subject } from 'rxjs'
import { project, select, type Projection } from 'kayak/streams'
import { shared } from '../../../streams/operators/shared'
import { entryOf } from '../entries'
import { marbles } from '../marbles'
import { see } from './seen'

describe('select', () => {
  test('emits a part of a state when it changes, and only then', () =>
    marbles(({ cold, expectObservable }) => {
      const states = [5, 5, 7].map((ann, at) => ({ index: at + 1, state: { ann } }))
      const projections$ = cold('--a--b--c--|', { a: states[0], b: states[1], c: states[2] } as Record<
        string,
        Projection<{ ann: number }>
      >)
      const expected = '         --5-----7--|'
      expectObservable(projections$.pipe(select(({ ann }) => ann))).toBe(expected, { 5: 5, 7: 7 })
    }))

  test('a view that is made anew and is equal is the same, and so is what is equal in it', () => {
    const transfers: [string, number][] = [
      ['ann', 5],
      ['bob', 0],
      ['cid', 7],
    ]
    const accounts$ = from(transfers.map((transfer, at) => entryOf(at + 1, transfer))).pipe(
      project<Readonly<Record<string, number>>, [string, number]>({}, (accounts, [name, balance]) => ({
        ...accounts,
        [name]: balance,
      })),
    )
    const rich$ = accounts$.pipe(
      select(accounts =>
        Object.entries(accounts)
          .filter(([, balance]) => balance > 0)
          .map(([name, balance]) => ({ name, balance })),
      ),
    )
    const { values } = see(rich$)
    expect(values).toEqual([
      [{ name: 'ann', balance: 5 }],
      [
        { name: 'ann', balance: 5 },
        { name: 'cid', balance: 7 },
      ],
    ])
    expect(values[1]?.[0]).toBe(values[0]?.[0])
  })

  test('emits undefined, once, and NaN', () => {
    const source = new Subject<Projection<number | undefined>>()
    const seen = see(source.pipe(select(state => state)))
    for (const [index, state] of [undefined, undefined, NaN, NaN, 1].entries()) source.next({ index, state })
    expect(seen.values).toEqual([undefined, NaN, 1])
  })
})

/** Another value that is equal. */
function copyOf<T>(value: T): T {
  const copy = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(copy)
    if (one instanceof Map) return new Map([...one].map(([key, item]) => [key, copy(item)]))
    if (one instanceof Set) return new Set(one)
    if (one instanceof Date) return new Date(one)
    if (typeof one !== 'object' || one === null) return one
    return Object.fromEntries(Object.entries(one).map(([key, item]) => [key, copy(item)]))
  }
  return copy(value) as T
}

describe('shared', () => {
  const values = fc.letrec(tie => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(1, 2, NaN, 'a', null, undefined),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), tie('value')), { maxLength: 3 }).map(pairs => new Map(pairs)),
      fc.uniqueArray(fc.constantFrom(1, 2, 3)).map(items => new Set(items)),
    ),
  })).value

  test('is equal to what came after, and changes nothing', () => {
    fc.assert(
      fc.property(values, values, (before, after) => {
        const [was, will] = [copyOf(before), copyOf(after)]
        const result = shared(before, after)
        expect(result).toStrictEqual(will)
        expect([before, after]).toStrictEqual([was, will])
      }),
    )
  })

  test('is what was before, if that is equal', () => {
    fc.assert(
      fc.property(values, value => {
        const copy = copyOf(value)
        expect(shared(value, copy)).toBe(value)
      }),
    )
  })

  test('keeps each part that is equal, and leaves alone what it does not know', () => {
    const before = { list: [1, { deep: 'x' }], map: new Map([['k', { v: 1 }]]), date: new Date(0), same: new Set([1]) }
    const after = { ...copyOf(before), list: [2, { deep: 'x' }] }
    const result = shared(before, after)
    expect(result).toStrictEqual(after)
    expect(result.list[1]).toBe(before.list[1])
    expect(result.map).toBe(before.map)
    expect(result.same).toBe(before.same)
    expect(result.date).toBe(after.date)
  })

  test('order counts, and so do kinds', () => {
    for (const [before, after] of [
      [
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
        new Map([
          ['b', 2],
          ['a', 1],
        ]),
      ],
      [new Set([1, 2]), new Set([2, 1])],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      [[], {}],
      [new Map(), {}],
      [[undefined], []],
      [{ a: undefined }, {}],
      [Object.create(null), {}],
    ])
      expect(shared(before, after)).toBe(after)
  })
})
