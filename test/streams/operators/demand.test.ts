import { concat, filter, from, map, mergeMap, Observable, of, share, Subject, take, tap } from 'rxjs'
import { Demand, demandOf, open$, pulled, within } from '../../../streams/operators/demand'
import { see } from './seen'

/** Numbers from 1 on, and how many were asked for. */
function counting(most = Infinity): { readonly numbers: () => Iterator<number>; asked: number; ended: number } {
  const counts = {
    asked: 0,
    ended: 0,
    *numbers() {
      try {
        while (counts.asked < most) yield ++counts.asked
      } finally {
        counts.ended++
      }
    },
  }
  return counts
}

/** Takes from a source, within a demand, and holds one for each that comes. */
const holding = <T>(demand: Demand, source$: Observable<T>): Observable<T> =>
  within(demand, source$).pipe(tap(() => demand.hold(1)))

describe('a demand', () => {
  test('makes a source wait that asks for it, through operators that know nothing of it', () => {
    const counts = counting()
    const demand = new Demand(3)
    const source$ = pulled(counts.numbers).pipe(
      map(value => value * 10),
      filter(value => value !== 20),
    )
    const seen = see(holding(demand, source$))
    expect(seen.values).toEqual([10, 30, 40])
    demand.release(1)
    expect(seen.values).toEqual([10, 30, 40, 50])
    demand.release(3)
    expect(seen.values).toEqual([10, 30, 40, 50, 60, 70, 80])
    expect(counts.asked).toBe(8)
    seen.stop()
    demand.release(5)
    expect([counts.asked, counts.ended]).toEqual([8, 1])
  })

  test('is nobody’s outside of a subscription, where everything is wanted', () => {
    expect(see(pulled(counting(1000).numbers)).values).toHaveLength(1000)
  })

  test('does not reach what a handler subscribes to by the by', () => {
    const demand = new Demand(1)
    demand.hold(1)
    const inside: Demand[] = []
    see(within(demand, of(1)).pipe(tap(() => inside.push(demandOf()))))
    expect(inside[0]).not.toBe(demand)
    const seen = see(within(new Demand(1), of(1)).pipe(mergeMap(() => pulled(counting(3).numbers))))
    expect(seen.values).toEqual([1, 2, 3])
  })

  test('reaches what follows in turn, also when it begins later', () => {
    const counts = counting(4)
    const demand = new Demand(2)
    const seen = see(
      holding(
        demand,
        concat(
          pulled(() => ['a', 'b'][Symbol.iterator]()),
          pulled(counts.numbers),
        ),
      ),
    )
    expect(seen.values).toEqual(['a', 'b'])
    demand.release(2)
    expect(seen.values).toEqual(['a', 'b', 1, 2])
    demand.release(2)
    expect(seen).toMatchObject({ values: ['a', 'b', 1, 2, 3, 4], end: undefined })
    demand.release(1)
    expect(seen.end).toBe('complete')
  })

  test('that has ended makes nobody wait: one who shares a source with others is gone', () => {
    const shared$ = pulled(counting(10).numbers).pipe(share())
    const demand = new Demand(1)
    const slow = see(holding(demand, shared$))
    const other = see(shared$)
    expect([slow.values, other.values]).toEqual([[1], []])
    slow.stop()
    demand.end()
    expect(other.values).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  test('keeps order when releasing asks for more in the middle of something', () => {
    const demand = new Demand(1)
    const seen: number[] = []
    within(demand, pulled(counting(50_000).numbers)).subscribe(value => {
      demand.hold(1)
      seen.push(value)
      demand.release(1)
    })
    expect(seen).toEqual(Array.from({ length: 50_000 }, (_, at) => at + 1))
  })

  test('open$ emits once, at once or when it opens, and forgets who is gone', () => {
    const demand = new Demand(1)
    expect(see(open$(demand))).toMatchObject({ values: [undefined], end: 'complete' })
    demand.hold(1)
    const [waiting, gone] = [see(open$(demand)), see(open$(demand))]
    gone.stop()
    demand.release(1)
    expect(waiting).toMatchObject({ values: [undefined], end: 'complete' })
    expect(gone.values).toEqual([])
  })
})

describe('within', () => {
  test('stops a source that emits while it is subscribed to as soon as nobody listens', () => {
    let emitted = 0
    const endless$ = new Observable<number>(subscriber => {
      while (!subscriber.closed) subscriber.next(++emitted)
    })
    expect(see(within(new Demand(1), endless$).pipe(take(3))).values).toEqual([1, 2, 3])
    expect(emitted).toBe(3)
  })

  test('leaves no trace in its subscriber of sources that have ended', () => {
    const source = new Subject<number>()
    const seen = see(within(new Demand(1), source))
    source.next(1)
    source.error('fault')
    expect(seen).toMatchObject({ values: [1], end: 'error', error: 'fault' })
    expect(source.observed).toBe(false)
  })
})

describe('pulled', () => {
  test('errors with what the iterator throws, and lets go of it when nobody listens', () => {
    const fault = new Error('fault')
    function* failing(): Generator<number> {
      yield 1
      throw fault
    }
    expect(see(pulled(failing))).toMatchObject({ values: [1], end: 'error', error: fault })
    const counts = counting()
    expect(see(pulled(counts.numbers).pipe(take(2))).values).toEqual([1, 2])
    expect(counts).toMatchObject({ asked: 2, ended: 1 })
  })

  test('runs anew for each subscription', () => {
    const numbers$ = pulled(() => [1, 2][Symbol.iterator]())
    expect([see(numbers$).values, see(numbers$).values]).toEqual([
      [1, 2],
      [1, 2],
    ])
    expect(see(from([1, 2]).pipe(mergeMap(() => numbers$))).values).toEqual([1, 2, 1, 2])
  })
})
