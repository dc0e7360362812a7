import fc from 'fast-check'
import { distinctUntilChanged, filter, from, map, of, pipe, startWith, take, toArray, type Observable } from 'rxjs'
import {
  anyOf,
  chunk,
  decode,
  everyBytes,
  everyEntries,
  everyInterval,
  growth,
  isKayakError,
  KayakError,
  project,
  type Codec,
  type CompactionStrategy,
  type Entry,
  type Growth,
} from 'kayak/streams'
import { entryOf } from './entries'
import { marbles } from './marbles'

/** What a synchronous stream gives, and its error if that is how it ended. */
function all<T>(source$: Observable<T>): { values: T[]; error?: unknown } {
  const seen: { values: T[]; error?: unknown } = { values: [] }
  source$.subscribe({ next: value => seen.values.push(value), error: (error: unknown) => (seen.error = error) })
  return seen
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const untext = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const numbers: Codec<number> = {
  encode: value => text(JSON.stringify(value)),
  decode: bytes => {
    const value: unknown = JSON.parse(untext(bytes))
    if (typeof value === 'number') return value
    throw new TypeError('no number')
  },
}

describe('decode', () => {
  const a = entryOf(3, text('7'))
  const b = entryOf(5, text('8'))

  test('gives each entry its typed payload and leaves the rest', () =>
    marbles(({ cold, expectObservable }) => {
      const entries$ = cold(' --a---b---|', { a, b })
      const expected = '      --A---B---|'
      expectObservable(entries$.pipe(decode(numbers))).toBe(expected, {
        A: { ...a, payload: 7 },
        B: { ...b, payload: 8 },
      })
    }))

  test('an entry that cannot be decoded errors the pipe, naming its index, with the cause', () => {
    const later = entryOf(7, text('9'))
    const { values, error } = all(of(a, entryOf(6, text('"x"')), later).pipe(decode(numbers)))
    expect(values.map(({ payload }) => payload)).toEqual([7])
    expect(isKayakError(error)).toBe(true)
    expect(error).toMatchObject({ code: 'KAYAK_INVALID', cause: new TypeError('no number') })
    expect(String(error)).toContain('Entry 6')
  })

  test('an error of the source stays what it is', () =>
    marbles(({ cold, expectObservable }) => {
      const entries$ = cold<Entry<Uint8Array>>('--#', {}, new KayakError('KAYAK_STOPPED', 'Stopped.'))
      expectObservable(entries$.pipe(decode(numbers))).toBe(
        '                     --#',
        {},
        new KayakError('KAYAK_STOPPED', 'Stopped.'),
      )
    }))
})

describe('project', () => {
  const sum = (state: number, payload: number): number => state + payload

  test('folds entries into a state with the index that it is of, and emits no initial one', () =>
    marbles(({ hot, expectObservable }) => {
      const entries = { 1: entryOf(1, 1), 2: entryOf(2, 2), 3: entryOf(4, 3) }
      const entries$ = hot('--1---2---3--|', entries)
      const expected = '    --a---b---c--|'
      const states = { a: { index: 1, state: 1 }, b: { index: 2, state: 3 }, c: { index: 4, state: 6 } }
      expectObservable(entries$.pipe(project(0, sum))).toBe(expected, states)
    }))

  test('a state that did not change is the same object, so distinctUntilChanged needs no comparison', () => {
    const keep = (state: readonly string[], word: string): readonly string[] =>
      state.includes(word) ? state : [...state, word]
    const words = ['a', 'b', 'a', 'b', 'c'].map((word, at) => entryOf(at + 1, word))
    const states$ = from(words).pipe(
      project([], keep),
      map(({ state }) => state),
      startWith([]),
      distinctUntilChanged(),
    )
    expect(all(states$).values).toEqual([[], ['a'], ['a', 'b'], ['a', 'b', 'c']])
  })

  test('apply sees the entry, and each subscription folds from the beginning', () => {
    const seen: Entry<number>[] = []
    const sum$ = from([entryOf(1, 1), entryOf(2, 2)]).pipe(
      project(10, (state, payload, entry) => {
        seen.push(entry)
        return state + payload
      }),
      map(({ state }) => state),
    )
    expect(all(sum$).values).toEqual([11, 13])
    expect(all(sum$).values).toEqual([11, 13])
    expect(seen.map(({ index, time }) => [index, time])).toEqual([1, 2, 1, 2].map(index => [index, 1000 + index]))
  })

  test('what apply throws errors the pipe, and nothing comes after', () => {
    const fault = new Error('no such account')
    const apply = (state: number, payload: number): number => {
      if (payload === 2) throw fault
      return state + payload
    }
    const entries = [entryOf(1, 1), entryOf(2, 2), entryOf(3, 3)]
    expect(all(from(entries).pipe(project(0, apply)))).toEqual({ values: [{ index: 1, state: 1 }], error: fault })
  })

  test('composes with decode on a plain array, types included', () => {
    const entries = [1, 2, 3].map(value => entryOf(value, numbers.encode(value)))
    const total$ = from(entries).pipe(
      decode(numbers),
      project(0, (total, value) => total + value),
    )
    expect(all(total$).values.at(-1)).toEqual({ index: 3, state: 6 })
  })
})

describe('chunk', () => {
  test('cuts bytes anew, the last piece shorter', () =>
    marbles(({ cold, expectObservable }) => {
      const bytes$ = cold('  --a---d-e-------|', { a: text('abc'), d: text('d'), e: text('efghij') })
      const expected = '     ------v-w-------(x|)'
      expectObservable(bytes$.pipe(chunk(4), map(untext))).toBe(expected, { v: 'abcd', w: 'efgh', x: 'ij' })
    }))

  test('loses what it holds when the source errors, and emits no empty piece', () =>
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('--a--#', { a: text('ab') }).pipe(chunk(4))).toBe('-----#')
      expectObservable(cold('--a--|', { a: text('') }).pipe(chunk(4))).toBe('  -----|')
      expectObservable(cold('--a--|', { a: text('abcd') }).pipe(chunk(4), map(untext))).toBe('--a--|', { a: 'abcd' })
    }))

  test('any pieces in, the same bytes out, in whole pieces but for the last', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 20 })
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 24 }), (source, size) => {
        const { values } = all(from(source).pipe(chunk(size)))
        expect(values.flatMap(piece => [...piece])).toEqual(source.flatMap(piece => [...piece]))
        for (const piece of values.slice(0, -1)) expect(piece).toHaveLength(size)
        const last = values.at(-1)
        if (last !== undefined) expect(last.byteLength > 0 && last.byteLength <= size).toBe(true)
      }),
    )
  })

  test('a piece keeps its bytes when the source uses its buffer again', () => {
    const buffer = text('abcd')
    const reused$ = from(['abcd', 'efgh']).pipe(
      map(word => {
        buffer.set(text(word))
        return buffer
      }),
    )
    expect(all(reused$.pipe(chunk(4))).values.map(untext)).toEqual(['abcd', 'efgh'])
  })

  test('cuts no further once nobody listens', () => {
    const cuts = jest.spyOn(Uint8Array.prototype, 'subarray')
    try {
      expect(all(of(new Uint8Array(10_000)).pipe(chunk(1), take(2), toArray())).values[0]).toHaveLength(2)
      expect(cuts.mock.calls.length).toBeLessThan(20)
    } finally {
      cuts.mockRestore()
    }
  })

  test.each([0, -1, 1.5, NaN, Infinity, 2 ** 53])('refuses %p at once', size => {
    expect(() => chunk(size)).toThrow(KayakError)
  })
})

describe('growth', () => {
  test('measures payloads in bytes, a string as UTF-8', () =>
    marbles(({ cold, expectObservable }) => {
      const entries = { a: entryOf(1, 'one'), b: entryOf(2, 'três'), c: entryOf(5, new Uint8Array(5)) }
      const entries$ = cold<Entry>('  --a---b---c--|', entries)
      const expected = '              --x---y---z--|'
      const of = (index: number, bytes: number): Growth => ({ index, bytes, time: entryOf(index, '').time })
      const grown = { x: of(1, 3), y: of(2, 5), z: of(5, 5) }
      expectObservable(entries$.pipe(growth())).toBe(expected, grown)
    }))
})

describe('compaction strategies', () => {
  const grown = (index: number, bytes = 1, time = 0): Growth => ({ index, bytes, time })

  test('everyEntries counts entries, not indexes', () =>
    marbles(({ hot, expectObservable }) => {
      const growths = { 1: grown(1), 2: grown(2), 4: grown(4), 5: grown(5), 8: grown(8) }
      const growth$ = hot('--1--2--4--5--8--|', growths)
      const expected = '   -----2-----5-----|'
      expectObservable(growth$.pipe(everyEntries(2))).toBe(expected, { 2: 2, 5: 5 })
    }))

  test('everyBytes carries no excess over', () =>
    marbles(({ hot, expectObservable }) => {
      const growths = { a: grown(1, 3), b: grown(2, 3), c: grown(3, 9), d: grown(4, 1), e: grown(5, 3) }
      const growth$ = hot('--a--b--c--d--e--|', growths)
      const expected = '   -----b--c-----e--|'
      expectObservable(growth$.pipe(everyBytes(4))).toBe(expected, { b: 2, c: 3, e: 5 })
    }))

  test('everyInterval goes by the log’s time, from the first entry after a point', () =>
    marbles(({ hot, expectObservable }) => {
      const times = { a: 0, b: 40, c: 100, d: 190, e: 250, f: 350 }
      const growths = Object.fromEntries(
        Object.entries(times).map(([name, time], at) => [name, grown(at + 1, 1, time)] as const),
      )
      const growth$ = hot('--a--b--c--d--e--f--|', growths)
      const expected = '   --------c--------f--|'
      expectObservable(growth$.pipe(everyInterval(100))).toBe(expected, { c: 3, f: 6 })
    }))

  test('anyOf is the first of several, after which all begin anew', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const growths = { 1: grown(1), 2: grown(2), 3: grown(3), 4: grown(4, 9), 5: grown(5), 6: grown(6), 7: grown(7) }
      const growth$ = hot('--1--2--3--4--5--6--7--|', growths)
      const expected = '   --------3--4--------7--|'
      expectObservable(growth$.pipe(anyOf(everyEntries(3), everyBytes(8)))).toBe(expected, { 3: 3, 4: 4, 7: 7 })
      expectSubscriptions(growth$.subscriptions).toBe('^----------------------!')
    }))

  test('anyOf errs with what grows, and outlives a strategy that ends', () =>
    marbles(({ hot, expectObservable }) => {
      const growths = { 1: grown(1), 2: grown(2), 3: grown(3) }
      const growth$ = hot('--1--2--3--#', growths)
      const expected = '   --1-----3--#'
      const once: CompactionStrategy = pipe(
        take(1),
        map(({ index }) => index),
        filter(index => index === 1),
      )
      expectObservable(growth$.pipe(anyOf(once, everyEntries(2)))).toBe(expected, { 1: 1, 3: 3 })
    }))

  test('anyOf runs on what is there at once, and refuses to be of nothing', () => {
    const growths = [1, 2, 3, 4, 5].map(index => grown(index))
    expect(all(from(growths).pipe(anyOf(everyEntries(2), everyBytes(9)))).values).toEqual([2, 4])
    expect(() => anyOf()).toThrow(KayakError)
  })

  test('points ascend, are of entries that came, and never let more than the limit and one entry wait', () => {
    const sizes = fc.array(fc.nat({ max: 50 }), { maxLength: 60 })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 80 }), (list, limit) => {
        const points = all(from(list.map((bytes, at) => grown(2 * at + 1, bytes))).pipe(everyBytes(limit))).values
        let since = 0
        const expected = list.flatMap((bytes, at) => {
          since += bytes
          if (since < limit) return []
          since = 0
          return [2 * at + 1]
        })
        expect(points).toEqual(expected)
      }),
    )
  })

  test('run on a plain array of entries', () => {
    const entries = ['a', 'bb', 'cc', 'd', 'e'].map((word, at) => entryOf(at + 1, word))
    const points = (strategy: CompactionStrategy): number[] => all(from(entries).pipe(growth(), strategy)).values
    expect(points(everyEntries(2))).toEqual([2, 4])
    expect(points(everyBytes(3))).toEqual([2, 4])
  })

  test.each([0, -1, 1.5, NaN])('refuse %p at once', limit => {
    expect(() => everyEntries(limit)).toThrow(KayakError)
    expect(() => everyBytes(limit)).toThrow(KayakError)
    expect(() => everyInterval(limit)).toThrow(KayakError)
  })
})
