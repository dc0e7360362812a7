import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { from, of, pipe, Subject, take, tap, toArray } from 'rxjs'
import { checksum, chunk, fromRows, KayakError, oneByOne, PersistentMap, toRows, verifyChecksum } from 'kayak/streams'
import { Demand, within } from '../../../streams/operators/demand'
import { marbles } from '../marbles'
import { cutAnyhow } from './cutting'
import { see } from './seen'
import { states } from './states'

const KiB = 1024

const written = (state: unknown, pieceBytes = 64 * KiB): Uint8Array[] =>
  see(of(state).pipe(toRows({ pieceBytes }))).values
const bytesOf = (pieces: readonly Uint8Array[]): Uint8Array => Uint8Array.from(pieces.flatMap(piece => [...piece]))
const readFrom = (...pieces: readonly Uint8Array[]) => see(from(pieces).pipe(fromRows()))
const unreadable = { values: [], end: 'error', error: { code: 'KAYAK_UNREADABLE' } }

describe('toRows and fromRows', () => {
  test('give back any state, whatever the pieces, and wherever they are cut', () => {
    fc.assert(
      fc.property(
        states,
        fc.integer({ min: 1, max: 100 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 40 })),
        (state, pieceBytes, cuts) => {
          const back = readFrom(...cutAnyhow(bytesOf(written(state, pieceBytes)), cuts))
          expect(back.error).toBeUndefined()
          expect(back.values).toStrictEqual([state])
        },
      ),
      { numRuns: 500 },
    )
  })

  test.each([
    ['a map', new Map([['ann', { balance: 7 }]])],
    ['a set', new Set(['ann', 'bob'])],
    ['an array', ['ann', 7, [undefined]]],
    ['an object', { accounts: new Map([[1, 'ann']]), seen: new Set([1]) }],
    ['nothing', undefined],
    ['a number', 7],
    ['a large string', 'x'.repeat(1_000_000)],
    ['strings of all lengths', Array.from({ length: 300 }, (_, length) => 'é'.repeat(length))],
    ['a persistent map', PersistentMap.from([['ann', 7]])],
  ])('give back %s', (_, state) => {
    expect(readFrom(...written(state))).toMatchObject({ values: [state], end: 'complete' })
    expect(readFrom(bytesOf(written(state)))).toMatchObject({ values: [state], end: 'complete' })
  })

  test('keep to marbles: pieces when there is room for them, the state at the end', () =>
    marbles(({ cold, expectObservable }) => {
      const state = ['aaaaaa', 'bbbbbb', 'cc']
      const [a, b, c] = written(state, 7)
      const pieces = { a, b, c } as Record<string, Uint8Array>
      const demand = new Demand(1)
      cold('-----r---r---r').subscribe(() => demand.release(1))
      const state$ = cold('--s----------|', { s: state })
      const written$ = '   --a--b---c---|'
      const room$ = within(demand, state$.pipe(toRows({ pieceBytes: 7 }))).pipe(tap(() => demand.hold(1)))
      expectObservable(room$).toBe(written$, pieces)
      const bytes$ = cold('--a---b---c--|', pieces)
      const read$ = '      -------------(s|)'
      expectObservable(bytes$.pipe(fromRows())).toBe(read$, { s: state })
    }))

  test('write the first of several states, and read nothing out of nothing', () => {
    expect(see(of(1, 2).pipe(toRows(), fromRows())).values).toEqual([1])
    expect(see(from([]).pipe(toRows())).values).toEqual([])
    expect(readFrom()).toMatchObject(unreadable)
  })

  test('pull no more than is written, and let go of what nobody wants', () => {
    let [pulledRows, ended] = [0, 0]
    function* rows() {
      try {
        for (;;) yield (pulledRows++, 'x'.repeat(98))
      } finally {
        ended++
      }
    }
    const disk = new Subject<void>()
    const seen = see(
      of(rows()).pipe(
        toRows({ pieceBytes: 1000 }),
        oneByOne(() => disk.pipe(take(1))),
      ),
    )
    // two pieces may be in line, of ten rows each
    expect(pulledRows).toBe(2 * 10)
    for (let at = 0; at < 5; at++) disk.next()
    expect(pulledRows).toBe(7 * 10)
    seen.stop()
    expect(ended).toBe(1)
    expect(see(of(rows()).pipe(toRows({ pieceBytes: 1000 }), take(1), toArray())).values[0]).toHaveLength(1)
    expect(ended).toBe(2)
  })

  test('walk a state while they write it, however deep', () => {
    let deep: unknown = 'x'
    for (let at = 0; at < 5000; at++) deep = at % 2 === 0 ? [deep] : { deep }
    expect(readFrom(...written(deep))).toMatchObject({ end: 'complete' })
    const circle: unknown[] = []
    circle.push(circle)
    expect(see(of(circle).pipe(toRows()))).toMatchObject({ end: 'error', error: { code: 'KAYAK_INVALID' } })
  })

  class Account {
    readonly balance = 7
  }
  class Names extends Map<string, string> {}
  class Seen extends Set<string> {}
  class List extends Array<number> {
    readonly sum = 0
  }
  class Bag {
    readonly name = 'x';
    *[Symbol.iterator]() {
      yield 1
    }
  }
  const sparse: unknown[] = [1]
  sparse[2] = 3
  test.each([
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['an instance of a class', new Account()],
    ['a date', new Date(0)],
    ['a view of memory', new Float64Array(3)],
    ['a kind of map', new Names([['ann', 'x']])],
    ['a kind of set', new Seen(['ann'])],
    ['a kind of array', List.of(1, 2)],
    ['a kind of persistent map', Object.create(PersistentMap.from([['ann', 7]])) as unknown],
    ['a map with fields', Object.assign(new Map([['ann', 7]]), { name: 'x' })],
    ['a set with fields', Object.assign(new Set(['ann']), { [Symbol('x')]: 1 })],
    ['an instance of a class that can be iterated over', new Bag()],
    ['a string in a box', new String('abc')],
    ['a number in a box', new Number(7)],
    ['an object with a symbol', { a: 1, [Symbol('x')]: 1 }],
    ['an object with fields that can be iterated over', { a: 1, [Symbol.iterator]: () => [1].values() }],
    ['an object with fields that are hidden by symbols', Object.defineProperty({}, Symbol('x'), { value: 1 })],
    ['an array with gaps', sparse],
    ['an array of nothing but gaps', new Array(3)],
  ])('refuse %s, wherever it is', (_, value) => {
    for (const state of [value, [value], { value }, new Map([[value, 1]])])
      expect(see(of(state).pipe(toRows()))).toMatchObject({ end: 'error', error: { code: 'KAYAK_INVALID' } })
  })

  const map = new Map([['ann', 7]])
  test.each([
    ['a generator', PersistentMap.from(map).values(), [7]],
    ['an iterator', map.entries(), [['ann', 7]]],
    ['an iterator of an array', [1, undefined][Symbol.iterator](), [1, undefined]],
    ['what is iterable, and nothing besides', { [Symbol.iterator]: () => map.keys() }, ['ann']],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    ['an array of another realm', runInNewContext('[1]'), [1]],
    ['an object of another realm', runInNewContext('({ a: 1 })'), { a: 1 }],
    ['a map of another realm', runInNewContext('new Map([[1, 2]])'), new Map([[1, 2]])],
    ['a set of another realm', runInNewContext('new Set([1])'), new Set([1])],
    ['a buffer', Buffer.of(1, 2), Uint8Array.of(1, 2)],
  ])('write %s as what it holds', (_, state, held) => {
    expect(readFrom(...written(state)).values).toStrictEqual([held])
  })

  test('refuse what other realms derive from their maps', () => {
    const value: unknown = runInNewContext('new (class Names extends Map {})([[1, 2]])')
    expect(see(of(value).pipe(toRows()))).toMatchObject({ end: 'error', error: { code: 'KAYAK_INVALID' } })
  })

  test('refuse sizes that are none', () => {
    expect(() => toRows({ pieceBytes: 0 })).toThrow(KayakError)
  })

  test('see what is cut short, goes on, or begins otherwise', () => {
    const bytes = bytesOf(written({ name: 'ann', list: [1, 2, 3] }, 10))
    for (let end = 0; end < bytes.length; end++) expect(readFrom(bytes.subarray(0, end))).toMatchObject(unreadable)
    expect(readFrom(bytes, Uint8Array.of(0))).toMatchObject(unreadable)
    expect(readFrom(bytes, bytes)).toMatchObject(unreadable)
    expect(readFrom(new TextEncoder().encode('{"name":"ann"}'))).toMatchObject(unreadable)
  })

  test('make of garbage an error or a value, and nothing else', () => {
    const bytes = bytesOf(written([{ name: 'ann' }, new Map([[1, 'x']]), 7.5, 12n, PersistentMap.from([['a', 1]])], 10))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
        changes => {
          const damaged = bytes.slice()
          for (const [at, byte] of changes) damaged[at] = byte
          const { end, error } = readFrom(damaged)
          if (end === 'error') expect(error).toMatchObject({ code: 'KAYAK_UNREADABLE' })
        },
      ),
      { numRuns: 2000 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), garbage => {
        const row = Uint8Array.of(...bytes.subarray(0, 4), 0, 0, 0, garbage.length, ...garbage, 0, 0, 0, 0)
        const { end, error } = readFrom(row)
        if (end === 'error') expect(error).toMatchObject({ code: 'KAYAK_UNREADABLE' })
      }),
      { numRuns: 2000 },
    )
  })
})

describe('checksum and verifyChecksum', () => {
  test('keep to marbles', () =>
    marbles(({ cold, expectObservable }) => {
      const [a, b] = [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8)]
      // of the bytes 1 to 8
      const s = Uint8Array.of(0x3f, 0xca, 0x88, 0xc5)
      const bytes$ = cold(' --a--b--|', { a, b })
      const summed$ = '     --a--b--(s|)'
      expectObservable(bytes$.pipe(checksum())).toBe(summed$, { a, b, s })
      const whole$ = cold(' --a--b--s--|', { a, b, s })
      const verified$ = '   -----a--b--|'
      expectObservable(whole$.pipe(verifyChecksum())).toBe(verified$, { a, b })
    }))

  test('give back any bytes, wherever they are cut', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
        (bytes, cuts) => {
          const summed = bytesOf(see(from(cutAnyhow(bytes, cuts)).pipe(checksum())).values)
          expect(summed).toHaveLength(bytes.length + 4)
          const back = see(from(cutAnyhow(summed, cuts)).pipe(verifyChecksum()))
          expect([back.end, bytesOf(back.values)]).toEqual(['complete', bytes])
        },
      ),
    )
  })

  test('see what is damaged or cut short', () => {
    const bytes = bytesOf(see(of(Uint8Array.of(1, 2, 3)).pipe(checksum())).values)
    const verified = (given: Uint8Array) => see(of(given).pipe(verifyChecksum()))
    for (let end = 0; end < bytes.length; end++)
      expect(verified(bytes.subarray(0, end))).toMatchObject({ end: 'error', error: { code: 'KAYAK_UNREADABLE' } })
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      expect(verified(damaged)).toMatchObject({ end: 'error', error: { code: 'KAYAK_UNREADABLE' } })
    }
  })

  test('go before and after other stages', () => {
    const state = { list: ['a', 'b'] }
    const back = of(state).pipe(
      pipe(toRows({ pieceBytes: 3 }), checksum(), chunk(5)),
      pipe(verifyChecksum(), fromRows()),
    )
    expect(see(back)).toMatchObject({ values: [state], end: 'complete' })
  })
})
