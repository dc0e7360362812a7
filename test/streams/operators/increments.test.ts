import fc from 'fast-check'
import { from, map, NEVER, of, Subject, throwError, type Observable } from 'rxjs'
import {
  fromIncrements,
  fromRows,
  KayakError,
  oneByOne,
  PersistentMap,
  persistentMapDifference,
  toIncrements,
  toRows,
  type MapDifference,
} from 'kayak/streams'
import { marbles } from '../marbles'
import { cutAnyhow } from './cutting'
import { see, text, untext } from './seen'

type State = PersistentMap<string, number>

const differing = persistentMapDifference<string, number>()
const how = { maxDifferences: 3, differing, base: toRows({ pieceBytes: 20 }), difference: toRows({ pieceBytes: 20 }) }
const back = { differing, base: fromRows<State>(), difference: fromRows<MapDifference<string, number>>() }

const bytesOf = (pieces: readonly Uint8Array[]): Uint8Array => Uint8Array.from(pieces.flatMap(piece => [...piece]))
const written = (state: State, before?: { state: State; bytes: Uint8Array }): Uint8Array => {
  const known = before && { state: before.state, chunks$: from(cutAnyhow(before.bytes, [7, 1, 30])) }
  const seen = see(of({ state, before: known }).pipe(toIncrements(how)))
  expect(seen.error).toBeUndefined()
  return bytesOf(seen.values)
}
const differencesOf = (bytes: Uint8Array): number => new DataView(bytes.buffer).getUint32(4)
const unreadable = { values: [], end: 'error', error: { code: 'KAYAK_UNREADABLE' } }

describe('toIncrements and fromIncrements', () => {
  const steps = fc.array(
    fc.tuple(fc.string({ maxLength: 3 }), fc.option(fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -0)))),
    { maxLength: 8 },
  )
  const changed = (state: State, list: readonly (readonly [string, number | null])[]): State =>
    list.reduce((map, [key, value]) => (value === null ? map.delete(key) : map.set(key, value)), state)

  test('give back each state of a history, with a base after so many differences', () => {
    fc.assert(
      fc.property(
        fc.array(steps, { minLength: 1, maxLength: 10 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 30 })),
        (history, cuts) => {
          let before: { state: State; bytes: Uint8Array } | undefined
          for (const [at, list] of history.entries()) {
            const state = changed(before?.state ?? PersistentMap.empty(), list)
            const bytes = written(state, before)
            expect(differencesOf(bytes)).toBe(at % 4)
            const seen = see(from(cutAnyhow(bytes, cuts)).pipe(fromIncrements(back)))
            expect(seen.error).toBeUndefined()
            expect(seen.values.map(restored => [...restored])).toEqual([[...state]])
            before = { state, bytes }
          }
        },
      ),
    )
  })

  test('write no more than what has changed, and copy the rest as it is', () => {
    const base = PersistentMap.from(Array.from({ length: 500 }, (_, at) => [`key ${at}`, at]))
    const bytes = written(base)
    let looked = 0
    const counting = { ...how, base: (state$: Observable<State>) => state$.pipe(map(() => (looked++, text('?')))) }
    const before = { state: base, chunks$: of(bytes) }
    const more = bytesOf(see(of({ state: base.set('key 7', -7), before }).pipe(toIncrements(counting))).values)
    expect(looked).toBe(0)
    expect(more.subarray(8, bytes.length)).toEqual(bytes.subarray(8))
    expect(more.length - bytes.length).toBeLessThan(60)
    expect(see(of(more).pipe(fromIncrements(back))).values[0]?.get('key 7')).toBe(-7)
  })

  test('keep to marbles', () =>
    marbles(({ cold, expectObservable }) => {
      const plain = {
        differing: {
          between: (before: string, after: string) => after.slice(before.length),
          apply: (before: string, more: string) => before + more,
        },
        base: map(text),
        difference: map(text),
      }
      const [h, h2, b, d, e] = [
        'KYI\u0001\0\0\0\u0001',
        'KYI\u0001\0\0\0\u0002',
        '\0\0\0\u0001b\0\0\0\0',
        '\0\0\0\u0001d\0\0\0\0',
        '\0\0\0\u0001e\0\0\0\0',
      ].map(text)
      const marble = (bytes: Uint8Array) => untext(bytes)
      const chunks$ = cold('         h---b---d---|', { h, b, d } as Record<string, Uint8Array>)
      const increment$ = cold('    --i-----------|', { i: { state: 'bde', before: { state: 'bd', chunks$ } } })
      const values = {
        H: marble(h2 as Uint8Array),
        B: '\0\0\0\u0001b',
        D: '\0\0\0\u0001d',
        E: '\0\0\0\u0001e',
        '.': '\0\0\0\0',
      }
      const result$ = increment$.pipe(toIncrements({ ...plain, maxDifferences: 2 }), map(marble))
      expectObservable(result$).toBe('--H---(B.)(D.)(E.|)', values)
      const bytes$ = cold('        --h-b-d-e|', { h: h2, b, d, e } as Record<string, Uint8Array>)
      const restore = { ...plain, base: map(untext), difference: map(untext) }
      expectObservable(bytes$.pipe(fromIncrements(restore))).toBe('---------(s|)', { s: 'bde' })
    }))

  test('see what is cut short, goes on, or was never written by them', () => {
    const first = written(
      PersistentMap.from([
        ['ann', 1],
        ['bob', 2],
      ]),
    )
    const state = PersistentMap.from([
      ['ann', 1],
      ['bob', 3],
    ])
    const bytes = written(state, {
      state: PersistentMap.from([
        ['ann', 1],
        ['bob', 2],
      ]),
      bytes: first,
    })
    const read = (...pieces: Uint8Array[]) => see(from(pieces).pipe(fromIncrements(back)))
    expect(read(bytes).end).toBe('complete')
    for (let end = 0; end < bytes.length; end++) expect(read(bytes.subarray(0, end))).toMatchObject(unreadable)
    expect(read(bytes, Uint8Array.of(0))).toMatchObject(unreadable)
    expect(read(text('garbage of no kind'))).toMatchObject(unreadable)
    for (const chunks$ of [of(bytes.subarray(0, -1)), of(bytes, bytes), of(text('garbage of no kind'))]) {
      const seen = see(of({ state, before: { state, chunks$ } }).pipe(toIncrements(how)))
      expect(seen).toMatchObject({ end: 'error', error: { code: 'KAYAK_UNREADABLE' } })
    }
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const { end, error } = read(bytes.map((byte, place) => (place === at ? byte ^ change : byte)))
        if (end === 'error') expect(error).toMatchObject({ code: 'KAYAK_UNREADABLE' })
      }),
    )
  })

  test('err as their stages and sources do, and leave nothing running', () => {
    const fault = new Error('fault')
    const bytes = written(PersistentMap.from([['ann', 1]]))
    const failing = { ...back, base: () => throwError(() => fault) }
    expect(see(of(bytes).pipe(fromIncrements(failing)))).toMatchObject({ end: 'error', error: fault })
    expect(see(throwError(() => fault).pipe(fromIncrements(back)))).toMatchObject({ end: 'error', error: fault })
    const source = new Subject<Uint8Array>()
    const inner = new Subject<State>()
    const stopped = see(source.pipe(fromIncrements({ ...back, base: () => inner })))
    source.next(bytes)
    expect(inner.observed).toBe(true)
    stopped.stop()
    expect([inner.observed, source.observed]).toEqual([false, false])
    expect(() => toIncrements({ ...how, maxDifferences: 0 })).toThrow(KayakError)
  })

  test('make their sources wait for a stage that takes its time', () => {
    const state = PersistentMap.from(Array.from({ length: 3000 }, (_, at) => [`key ${at}`, at]))
    const pieces = see(of({ state }).pipe(toIncrements({ ...how, base: toRows({ pieceBytes: 1000 }) }))).values
    let handled = 0
    const slow = { ...back, base: (bytes$: Observable<Uint8Array>) => bytes$.pipe(oneByOne(() => (handled++, NEVER))) }
    let taken = 0
    const seen = see(
      from(pieces).pipe(
        map(piece => (taken++, piece)),
        fromIncrements(slow),
      ),
    )
    expect([handled, taken]).toEqual([1, pieces.length])
    let made = 0
    const writing = see(
      of({ state }).pipe(
        toIncrements({ ...how, base: toRows({ pieceBytes: 100 }) }),
        map(piece => (made++, piece)),
        oneByOne(() => NEVER),
      ),
    )
    expect(made).toBeLessThan(6)
    seen.stop()
    writing.stop()
  })
})
