import { concat, defer, EMPTY, from, map, NEVER, of, Subject, take, throwError, timer, type Observable } from 'rxjs'
import { fromIndex, KayakError, oneByOne } from 'kayak/streams'
import { Demand, pulled, within } from '../../../streams/operators/demand'
import { entryOf } from '../entries'
import { marbles } from '../marbles'
import { see } from './seen'

describe('oneByOne', () => {
  test('handles one value after the other, and emits what its handler does', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold(' abc--------|')
      const expected = '     --a--b--c--|'
      const handled$ = cold('--x|')
      expectObservable(source$.pipe(oneByOne(value => handled$.pipe(map(() => value))))).toBe(expected)
      expectSubscriptions(handled$.subscriptions).toBe(['^--!', '---^--!', '------^--!'])
    }))

  test('ends when the last has been handled, and at once with an error', () =>
    marbles(({ cold, expectObservable }) => {
      const handle = (value: string): Observable<string> => cold('---v|').pipe(map(() => value))
      expectObservable(cold('ab|').pipe(oneByOne(handle))).toBe('---a---b|')
      expectObservable(cold('ab#').pipe(oneByOne(handle))).toBe('--#')
      expectObservable(cold('|').pipe(oneByOne(handle))).toBe('|')
      expectObservable(cold('ab|').pipe(oneByOne(() => cold('-#')))).toBe('-#')
    }))

  test('asks for more when the last is at work', () => {
    let asked = 0
    function* endless(): Generator<number> {
      for (;;) yield ++asked
    }
    const done = new Subject<void>()
    const seen = see(
      pulled(endless).pipe(
        oneByOne(value =>
          done.pipe(
            take(1),
            map(() => value),
          ),
        ),
      ),
    )
    expect(asked).toBe(2)
    for (let at = 0; at < 100; at++) done.next()
    expect(seen.values).toHaveLength(100)
    expect(asked).toBe(102)
    seen.stop()
    expect([asked, done.observed]).toEqual([102, false])
  })

  test('waits itself for what is slow further down', () => {
    let begun = 0
    const demand = new Demand(1)
    const values$ = from([1, 2, 3]).pipe(oneByOne(value => of(value).pipe(map(() => ++begun))))
    const seen: number[] = []
    within(demand, values$).subscribe(value => {
      demand.hold(1)
      seen.push(value)
    })
    expect([begun, seen]).toEqual([1, [1]])
    demand.release(1)
    expect([begun, seen]).toEqual([2, [1, 2]])
  })

  test('passes the demand of what is further down on to its handlers', () => {
    const demand = new Demand(2)
    let asked = 0
    function* endless(): Generator<number> {
      for (;;) yield ++asked
    }
    const seen = see(within(demand, of(1).pipe(oneByOne(() => pulled(endless)))).pipe(map(() => demand.hold(1))))
    expect([seen.values.length, asked]).toEqual([2, 2])
    seen.stop()
  })

  test('takes no stack for a burst, for handlers that are done at once, and for a source inside of its handler', () => {
    const burst = Array.from({ length: 50_000 }, (_, at) => at)
    expect(see(from(burst).pipe(oneByOne(value => [value]))).values).toEqual(burst)
    const source = new Subject<number>()
    const seen = see(
      source.pipe(oneByOne(value => defer(() => (value < 20_000 ? source.next(value + 1) : undefined, of(value))))),
    )
    source.next(1)
    expect(seen.values).toEqual(burst.slice(1, 20_001))
  })

  test('costs the same however many wait', () => {
    const source = new Subject<number>()
    const go = new Subject<void>()
    const seen = see(source.pipe(oneByOne(value => (value === 0 ? concat(go.pipe(take(1)), of(value)) : of(value)))))
    for (let at = 0; at < 100_000; at++) source.next(at)
    expect(seen.values).toEqual([])
    go.next()
    expect(seen.values.at(-1)).toBe(99_999)
  })

  test('errors where too much waits and the source does not', () => {
    const source = new Subject<number>()
    const seen = see(source.pipe(oneByOne(() => NEVER, { maxWaiting: 3 })))
    for (const value of [1, 2, 3]) source.next(value)
    expect(seen.end).toBeUndefined()
    source.next(4)
    expect(seen).toMatchObject({ end: 'error', error: { code: 'KAYAK_OVERLOADED' } })
    expect(source.observed).toBe(false)
    expect(() => oneByOne(() => NEVER, { maxWaiting: 0 })).toThrow(KayakError)
  })

  test('errors where too much waits for the next stage too', () => {
    const source = new Subject<number>()
    const seen = see(
      source.pipe(
        oneByOne(value => of(value), { maxWaiting: 10 }),
        oneByOne(() => NEVER, { maxWaiting: 1000 }),
      ),
    )
    for (let at = 0; at < 2000 && source.observed; at++) source.next(at)
    expect(seen).toMatchObject({ end: 'error', error: { code: 'KAYAK_OVERLOADED' } })
  })

  test('errors with what a handler throws, and is gone as soon as nobody listens', () => {
    const fault = new Error('fault')
    const source = new Subject<number>()
    const failed = see(
      source.pipe(
        oneByOne(() => {
          throw fault
        }),
      ),
    )
    source.next(1)
    expect(failed).toMatchObject({ end: 'error', error: fault })
    const inner = new Subject<number>()
    const stopped = see(source.pipe(oneByOne(() => inner)))
    source.next(1)
    expect([source.observed, inner.observed]).toEqual([true, true])
    stopped.stop()
    expect([source.observed, inner.observed]).toEqual([false, false])
    let begun = 0
    expect(
      see(
        from([1, 2, 3]).pipe(
          oneByOne(value => (begun++, of(value))),
          take(1),
        ),
      ).values,
    ).toEqual([1])
    expect(begun).toBe(1)
  })

  test('takes promises, and what nothing comes of', async () => {
    const seen = see(from([1, 2]).pipe(oneByOne(value => (value === 1 ? Promise.resolve('one') : EMPTY))))
    await Promise.resolve()
    await Promise.resolve()
    expect(seen).toMatchObject({ values: ['one'], end: 'complete' })
    const rejected = see(of(1).pipe(oneByOne(() => Promise.reject(new Error('no')))))
    await new Promise(setImmediate)
    expect(rejected).toMatchObject({ end: 'error', error: new Error('no') })
  })

  test('waits in virtual time, and lets a log of an array wait', () =>
    marbles(({ expectObservable }) => {
      const entries = [1, 2, 3].map(index => entryOf(index, 'x'))
      const slow$ = fromIndex(entries).pipe(oneByOne(({ index }) => timer(2).pipe(map(() => String(index)))))
      expectObservable(slow$).toBe('--1-2-(3|)')
      expectObservable(throwError(() => 'error').pipe(oneByOne(() => EMPTY))).toBe('#')
    }))
})
