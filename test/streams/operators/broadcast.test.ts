import { config, connect, from, map, zip, type Observable, type Observer, type Subscription } from 'rxjs'
import { Broadcast } from '../../../streams/operators/broadcast'

type Seen = (number | string)[]

const noting = (seen: Seen): Observer<number> => ({
  next: value => seen.push(value),
  error: (error: unknown) => seen.push(String(error)),
  complete: () => seen.push('end'),
})

describe('a broadcast', () => {
  afterEach(() => {
    config.onUnhandledError = null
  })

  it('is hot: who subscribes gets what comes from then on, and nothing once he has gone', () => {
    const numbers = new Broadcast<number>()
    const [first, second]: [Seen, Seen] = [[], []]
    expect(numbers.observed).toBe(false)
    const one = numbers.values$.subscribe(noting(first))
    numbers.next(1)
    const other = numbers.values$.subscribe(noting(second))
    numbers.next(2)
    one.unsubscribe()
    numbers.next(3)
    expect([first, second, numbers.observed]).toEqual([[1, 2], [2, 3], true])
    other.unsubscribe()
    expect(numbers.observed).toBe(false)
  })

  it('gives many what comes from one, by `connect`', () => {
    const seen: Seen = []
    const sums$ = (numbers$: Observable<number>): Observable<number> =>
      zip(numbers$, numbers$).pipe(map(([a, b]) => a + b))
    from([1, 2, 3])
      .pipe(connect(sums$, { connector: () => new Broadcast<number>() }))
      .subscribe(noting(seen))
    expect(seen).toEqual([2, 4, 6, 'end'])
  })

  it('ends all at once, also those who come later', () => {
    const [completed, failed] = [new Broadcast<number>(), new Broadcast<number>()]
    const seen: Seen[] = [[], [], [], []]
    completed.values$.subscribe(noting(seen[0] ?? []))
    failed.values$.subscribe(noting(seen[1] ?? []))
    completed.complete()
    failed.error('broken')
    completed.next(1)
    failed.next(1)
    completed.values$.subscribe(noting(seen[2] ?? []))
    failed.values$.subscribe(noting(seen[3] ?? []))
    expect(seen).toEqual([['end'], ['broken'], ['end'], ['broken']])
    expect([completed.observed, failed.observed]).toEqual([false, false])
  })

  it('shows a value neither to whom another has let go within it, nor to who comes within it', () => {
    const numbers = new Broadcast<number>()
    const [later, fresh]: [Seen, Seen] = [[], []]
    const held: Subscription[] = []
    numbers.values$.subscribe(value => {
      if (value !== 1) return
      held[0]?.unsubscribe()
      numbers.values$.subscribe(noting(fresh))
    })
    held.push(numbers.values$.subscribe(noting(later)))
    numbers.next(1)
    numbers.next(2)
    expect([later, fresh]).toEqual([[], [2]])
  })

  it('is not kept from the others by one that throws', async () => {
    const told: unknown[] = []
    const both = new Promise<void>(resolve => {
      config.onUnhandledError = error => {
        if (told.push(error) === 2) resolve()
      }
    })
    const numbers = new Broadcast<number>()
    const seen: Seen = []
    const thrown = new Error('I am broken.')
    numbers.values$.subscribe(() => {
      throw thrown
    })
    numbers.values$.subscribe(noting(seen))
    numbers.next(1)
    numbers.next(2)
    await both
    expect([seen, told]).toEqual([
      [1, 2],
      [thrown, thrown],
    ])
  })
})
