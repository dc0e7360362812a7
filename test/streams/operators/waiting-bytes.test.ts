import { map, NEVER, Subject, take, type Observable, type OperatorFunction } from 'rxjs'
import { applyEach, batched, fromIndex, KayakError, oneByOne, type Entry, type LineOptions } from 'kayak/streams'
import { lowerLimits } from '../../../lib/testing/cluster'
import { entryOf } from '../entries'
import { marbles } from '../marbles'
import { see, type Seen } from './seen'

const KiB = 1024

type Waits = <T>(work: () => Observable<unknown>, options?: LineOptions<T>) => OperatorFunction<T, unknown>

const OPERATORS: readonly (readonly [string, Waits])[] = [
  ['oneByOne', (work, options) => oneByOne(work, options)],
  ['applyEach', (work, options) => applyEach(work, options)],
  ['batched', (work, options) => batched(work, options)],
]

const entry = (index: number, bytes: number): Entry<Uint8Array> => entryOf(index, new Uint8Array(bytes))

/** How many a hot source gets rid of before it fails. */
function taken<T>(operator: OperatorFunction<T, unknown>, value: T, most = 1000): readonly [number, Seen<unknown>] {
  const source = new Subject<T>()
  const seen = see(source.pipe(operator))
  let count = 0
  while (seen.end === undefined && count < most) {
    source.next(value)
    count++
  }
  // the last is the one that was too much
  if (seen.end !== undefined) count--
  return [count, seen]
}

describe.each(OPERATORS)('what waits for %s', (_, waits) => {
  let restore: () => void = () => undefined
  afterEach(() => restore())

  it('is bounded in bytes, where the source does not wait', () => {
    const [count, seen] = taken(
      waits(() => NEVER, { maxWaitingBytes: 10 * KiB }),
      entry(1, KiB),
    )
    expect([count, seen.end]).toEqual([10, 'error'])
    expect(seen.error).toMatchObject({ code: 'KAYAK_OVERLOADED', outcome: 'rejected', retryable: true })
    expect(String(seen.error)).toMatch(/10240 bytes .* fromIndex.* maxWaitingBytes/)
  })

  it('is bounded by 64 MiB, unless it says otherwise', () => {
    const [count, seen] = taken(
      waits(() => NEVER),
      entry(1, 1024 * KiB),
    )
    expect([count, seen.end]).toEqual([64, 'error'])
    restore = lowerLimits({ lineBytes: 3 * KiB })
    expect(
      taken(
        waits(() => NEVER),
        entry(1, KiB),
      )[0],
    ).toBe(3)
  })

  it('says which bound it is', () => {
    const [count, seen] = taken(
      waits(() => NEVER, { maxWaiting: 5 }),
      entry(1, KiB),
    )
    expect(count).toBe(5)
    expect(String(seen.error)).toMatch(/5 values .* maxWaiting\b/)
  })

  it('is measured as it is: strings, what a codec has made, and batches', () => {
    const half = 'x'.repeat(KiB / 2)
    for (const value of [half, entryOf(1, half), entryOf(1, [half]), [entryOf(1, half)], new Uint8Array(KiB)])
      expect(
        taken(
          waits(() => NEVER, { maxWaitingBytes: 10 * KiB + 100 }),
          value,
        )[0],
      ).toBe(10)
  })

  it('is measured as its pipe says', () => {
    const measure = ({ size }: { readonly size: number }): number => size
    const options = { maxWaitingBytes: 10, measure }
    expect(
      taken(
        waits(() => NEVER, options),
        { size: 2 },
      )[0],
    ).toBe(5)
    for (const size of [NaN, -1, Infinity])
      expect(
        taken(
          waits(() => NEVER, options),
          { size },
        )[1],
      ).toMatchObject({ error: { code: 'KAYAK_INVALID' } })
  })

  it('may be one that is larger alone, at work and behind it', () => {
    const [count, seen] = taken(
      waits(() => NEVER, { maxWaitingBytes: KiB }),
      entry(1, 10 * KiB),
    )
    expect([count, seen.end]).toEqual([2, 'error'])
  })

  it('makes room once it is handled, whatever it is by then', () => {
    const source = new Subject<{ size: number }>()
    const done = new Subject<void>()
    const measure = ({ size }: { size: number }): number => size
    const seen = see(source.pipe(waits(() => done.pipe(take(1)), { maxWaitingBytes: 10, measure })))
    for (let at = 0; at < 100; at++) {
      const value = { size: 4 }
      source.next(value)
      value.size = 0
      if (at > 0) done.next()
    }
    expect(seen.end).toBeUndefined()
    seen.stop()
  })

  it('makes a source wait that can, so that nothing fails', () => {
    let read = 0
    const log = {
      *[Symbol.iterator]() {
        for (let index = 1; index <= 100; index++) {
          read = index
          yield entry(index, KiB)
        }
      },
    }
    const done = new Subject<void>()
    const options = { maxWaitingBytes: 8 * KiB }
    const seen = see(fromIndex(log).pipe(waits(() => done.pipe(take(1)), options)))
    // one at work, and half of what may wait, or none ahead of two
    expect(read).toBeLessThanOrEqual(4)
    for (let at = 0; at < 200 && seen.end === undefined; at++) done.next()
    expect([read, seen.end]).toEqual([100, 'complete'])
  })

  it('has no nonsense for a bound', () => {
    for (const maxWaitingBytes of [0, -1, 1.5, NaN, Infinity])
      expect(() => waits(() => NEVER, { maxWaitingBytes })).toThrow(KayakError)
  })
})

test('a hot source is not made to wait: too much is an error at once', () =>
  marbles(({ hot, cold, expectObservable }) => {
    const handle = (value: string): Observable<string> => cold('----v|').pipe(map(() => value))
    const options = { maxWaitingBytes: 3, measure: () => 1 }
    expectObservable(hot('abcd---').pipe(oneByOne(handle, options))).toBe(
      '---#',
      undefined,
      expect.objectContaining({ code: 'KAYAK_OVERLOADED' }),
    )
  }))
