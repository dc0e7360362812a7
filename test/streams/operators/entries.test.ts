import { concat, from, map, NEVER, of, pipe, Subject, throwError } from 'rxjs'
import { acknowledge, dedupe, fromIndex, isKayakError, ofType, untilCaughtUp, type Entry } from 'kayak/streams'
import { entryOf } from '../entries'
import { marbles } from '../marbles'
import { see } from './seen'

const at = (...indexes: number[]): Entry<string>[] => indexes.map(index => entryOf(index, 'x'))
const indexes = map((entry: Entry<unknown>) => entry.index)
/** A character an entry, by its index. */
const numbered = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [index, entryOf(index, 'x')]))

describe('dedupe', () => {
  test('passes over what has been there', () =>
    marbles(({ cold, expectObservable }) => {
      const entries$ = cold(' --2--3--2--3--4--|', numbered)
      const expected = '      -----3--------4--|'
      expectObservable(entries$.pipe(dedupe(2))).toBe(expected, numbered)
    }))

  test('begins anew with each subscription, from 0 by default', () => {
    const once$ = from(at(1, 1, 2, 1, 3)).pipe(dedupe(), indexes)
    expect([see(once$).values, see(once$).values]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ])
  })
})

describe('ofType', () => {
  type Command =
    { readonly type: 'deposit'; readonly amount: number } | { readonly type: 'withdrawal'; readonly to: string }
  class Transfer {
    constructor(readonly from: string) {}
  }

  test('keeps the entries of some types, and knows them', () =>
    marbles(({ cold, expectObservable }) => {
      const values = {
        d: entryOf<Command>(1, { type: 'deposit', amount: 7 }),
        w: entryOf<Command>(2, { type: 'withdrawal', to: 'ann' }),
      }
      const entries$ = cold('--d---w---d---|', values)
      const expected = '     --7-------7---|'
      const amounts = pipe(
        ofType<Command, ['deposit']>('deposit'),
        map(({ payload }) => payload.amount),
      )
      expectObservable(entries$.pipe(amounts)).toBe(expected, { 7: 7 })
      const typed$ = entries$.pipe(
        ofType('withdrawal'),
        map(({ payload }) => payload.to),
      )
      expectObservable(typed$).toBe('------a-------|', { a: 'ann' })
    }))

  test('knows classes, several types, and payloads that have none', () => {
    const payloads = [
      new Transfer('ann'),
      { type: 'deposit', amount: 1 } as const,
      null,
      'deposit',
      { type: 'other' } as const,
    ]
    const entries$ = from(payloads.map((payload, index) => entryOf(index + 1, payload)))
    const transfers$ = entries$.pipe(
      ofType(Transfer),
      map(({ payload }) => payload.from),
    )
    expect(see(transfers$).values).toEqual(['ann'])
    expect(see(entries$.pipe(ofType(Transfer, 'other'), indexes)).values).toEqual([1, 5])
  })
})

describe('acknowledge', () => {
  test('tells before it passes on, entries, projections and batches', () => {
    const order: string[] = []
    const sync = { ack: (index: number, consumer?: string) => void order.push(`ack ${index} ${consumer ?? ''}`) }
    from(at(1, 2))
      .pipe(acknowledge(sync, 'one'), indexes)
      .subscribe(index => order.push(`next ${index}`))
    expect(order).toEqual(['ack 1 one', 'next 1', 'ack 2 one', 'next 2'])
    order.length = 0
    see(of(at(3, 5), []).pipe(acknowledge({ sync })))
    see(of({ index: 7, state: 'x' }).pipe(acknowledge({ sync })))
    expect(order).toEqual(['ack 5 ', 'ack 7 '])
  })

  test('errors its pipe where the host does not take it', () => {
    const ack = (): void => {
      throw new Error('no index')
    }
    expect(see(from(at(1)).pipe(acknowledge({ ack })))).toMatchObject({ values: [], end: 'error' })
  })
})

describe('fromIndex', () => {
  /** A log of some entries, to which more come. */
  function logOf(history: readonly Entry<string>[]) {
    const live = new Subject<Entry<string>>()
    const asked: (number | undefined)[] = []
    const listen = (index?: number) => {
      asked.push(index)
      return live
    }
    return { history, live, asked, log: { listen } }
  }

  test('is history, then what commits, of a host or of a log', () =>
    marbles(({ hot, expectObservable }) => {
      const live$ = hot('       -1-2-3------4-5-|', numbered)
      const subscribed = '      ------^'
      const expected = '        ------(23)--4-5-|'
      const listen = (index = 0) =>
        concat(
          at(1, 2, 3).filter(entry => entry.index >= index),
          live$,
        )
      expectObservable(fromIndex({ log: { listen } }, 2), subscribed).toBe(expected, numbered)
      expectObservable(fromIndex({ listen }, 2), subscribed).toBe(expected, numbered)
    }))

  test('asks the log when it is subscribed to, for what was asked of it', () => {
    const host = logOf([])
    const entries$ = fromIndex(host, 3)
    expect(host.asked).toEqual([])
    const seen = see(entries$)
    expect(host.asked).toEqual([3])
    seen.stop()
    expect(host.live.observed).toBe(false)
    see(fromIndex(host))
    expect(host.asked).toEqual([3, 0])
  })

  test('takes entries that are there, whatever they are in', async () => {
    expect(see(fromIndex(at(1, 2, 4, 5), 3).pipe(indexes)).values).toEqual([4, 5])
    expect(see(fromIndex(new Set(at(1, 2))).pipe(indexes)).values).toEqual([1, 2])
    expect(see(fromIndex(from(at(1, 2)), 2).pipe(indexes)).values).toEqual([2])
    const later = see(fromIndex(Promise.resolve(entryOf(3, 'x')), 2))
    await new Promise(setImmediate)
    expect(later).toMatchObject({ values: at(3), end: 'complete' })
  })

  test('errors as the log does, and refuses what is no index at once', () => {
    const gone = { listen: () => throwError(() => new Error('compacted')) }
    expect(see(fromIndex(gone, 1))).toMatchObject({ end: 'error', error: new Error('compacted') })
    for (const index of [-1, 1.5, NaN, 2 ** 53]) expect(() => fromIndex([], index)).toThrow('index')
  })
})

describe('untilCaughtUp', () => {
  test('completes once nothing is missing of what was there', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const entries$ = cold(' 12-3--4---5--', numbered)
      const goal$ = cold('    -----g-', { g: 4 })
      const expected = '      12-3--(4|)'
      expectObservable(entries$.pipe(untilCaughtUp(goal$))).toBe(expected, numbered)
      expectSubscriptions(entries$.subscriptions).toBe('^-----!')
      expectSubscriptions(goal$.subscriptions).toBe('^----!')
    }))

  test('is there already where it has passed that, and emits nothing after it', () =>
    marbles(({ cold, expectObservable }) => {
      const entries$ = cold(' 12-3--4---5--', numbered)
      expectObservable(entries$.pipe(untilCaughtUp(cold('----g', { g: 3 })))).toBe('12-3|', numbered)
      expectObservable(entries$.pipe(untilCaughtUp(5))).toBe('12-3--4---(5|)', numbered)
      expectObservable(cold('2-5-', numbered).pipe(untilCaughtUp(4))).toBe('2-|', numbered)
      expectObservable(entries$.pipe(untilCaughtUp(0))).toBe('|')
      expectObservable(cold('12|', numbered).pipe(untilCaughtUp(NEVER))).toBe('12|', numbered)
    }))

  test('asks a host for a barrier, and goes by what anybody can see of that', async () => {
    const entries = new Subject<Entry<string>>()
    // the barrier is an entry of kayak's own
    const host = { sync: { barrier: () => Promise.resolve(7) }, log: { shown: 5 } }
    const seen = see(entries.pipe(untilCaughtUp(host)))
    for (const entry of at(3, 4)) entries.next(entry)
    await new Promise(setImmediate)
    expect(seen.end).toBeUndefined()
    for (const entry of at(5, 8)) entries.next(entry)
    expect(seen).toMatchObject({ values: at(3, 4, 5), end: 'complete' })
    expect(entries.observed).toBe(false)
  })

  test('errors where there is no barrier to be had, and as its source does', async () => {
    const host = { sync: { barrier: () => Promise.reject(new Error('timeout')) }, log: { shown: 5 } }
    const seen = see(NEVER.pipe(untilCaughtUp(host)))
    await new Promise(setImmediate)
    expect(seen).toMatchObject({ end: 'error', error: new Error('timeout') })
    expect(see(throwError(() => 'fault').pipe(untilCaughtUp(7)))).toMatchObject({ end: 'error', error: 'fault' })
    expect(isKayakError(seen.error)).toBe(false)
  })
})
