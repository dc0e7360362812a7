import fc from 'fast-check'
import { from, map, NEVER, of, Subject, take } from 'rxjs'
import { acknowledge, batched, fromIndex, KayakError } from 'kayak/streams'
import { entryOf } from '../entries'
import { marbles } from '../marbles'
import { see } from './seen'

describe('batched', () => {
  test('a batch is all that came while the one before was being handled', () =>
    marbles(({ cold, expectObservable }) => {
      const entries$ = cold('a-bcd-------e------|')
      const expected = '     -----v----w------x-|'
      const handled$ = cold('-----|')
      const batches$ = entries$.pipe(batched(() => handled$))
      expectObservable(batches$).toBe(expected, { v: ['a'], w: ['b', 'c', 'd'], x: ['e'] })
    }))

  test('that is handled at once is of one, and of what is there at once', () => {
    const sizes: number[] = []
    const source = new Subject<number>()
    see(source.pipe(batched(batch => void sizes.push(batch.length))))
    source.next(1)
    source.next(2)
    expect(sizes).toEqual([1, 1])
  })

  test('is never larger than it may be, and makes the source wait for a whole one', () => {
    let asked = 0
    function* endless() {
      for (;;) yield entryOf(++asked, 'x')
    }
    const done = new Subject<void>()
    const seen = see(fromIndex(endless()).pipe(batched(() => done.pipe(take(1)), { maxBatch: 3 })))
    expect(asked).toBe(4)
    for (let at = 0; at < 4; at++) done.next()
    expect(seen.values.map(batch => batch.map(({ index }) => index))).toEqual([[1], [2, 3, 4], [5, 6, 7], [8, 9, 10]])
    seen.stop()
  })

  test('loses nothing, keeps order, and has no empty batch, however it is handled', () => {
    const turns = fc.array(fc.oneof(fc.constant('emit' as const), fc.constant('done' as const)), { maxLength: 60 })
    fc.assert(
      fc.property(turns, fc.integer({ min: 1, max: 5 }), (steps, maxBatch) => {
        const [source, done] = [new Subject<number>(), new Subject<void>()]
        const seen = see(source.pipe(batched(() => done.pipe(take(1)), { maxBatch })))
        let emitted = 0
        for (const step of steps) {
          if (step === 'emit') source.next(emitted++)
          else done.next()
        }
        source.complete()
        for (let at = 0; at <= emitted; at++) done.next()
        expect(seen.end).toBe('complete')
        expect(seen.values.flat()).toEqual(Array.from({ length: emitted }, (_, at) => at))
        for (const batch of seen.values) expect(batch.length >= 1 && batch.length <= maxBatch).toBe(true)
      }),
    )
  })

  test('acknowledges its last, and takes a burst in few batches', () => {
    const acks: number[] = []
    const go = new Subject<void>()
    const entries = Array.from({ length: 100_000 }, (_, at) => entryOf(at + 1, at))
    see(
      from(entries).pipe(
        batched(batch => (batch[0]?.index === 1 ? go : undefined), { maxBatch: 100_000 }),
        acknowledge({ ack: index => void acks.push(index) }),
      ),
    )
    go.complete()
    expect(acks).toEqual([1, 100_000])
  })

  test('errors with its handler, and where too much waits', () => {
    const fault = new Error('fault')
    expect(
      see(
        of(1).pipe(
          batched(() => {
            throw fault
          }),
        ),
      ),
    ).toMatchObject({ end: 'error', error: fault })
    expect(see(from([1, 2, 3, 4]).pipe(batched(() => NEVER, { maxWaiting: 3 })))).toMatchObject({
      end: 'error',
      error: { code: 'KAYAK_OVERLOADED' },
    })
    expect(() => batched(() => of(1), { maxBatch: 0 })).toThrow(KayakError)
    expect(
      see(
        from([1]).pipe(
          batched(() => of(1)),
          map(batch => batch.length),
        ),
      ).values,
    ).toEqual([1])
  })
})
