import { map, of, Subject, take, type Observable } from 'rxjs'
import { pump } from '../../streams/operators/pump'
import { marbles } from './marbles'

describe('pump', () => {
  it('takes batch after batch on a trigger, until an empty one', () =>
    marbles(({ cold, expectObservable }) => {
      const batches = [[1, 2], [3], []]
      let at = 0
      const next = (): Observable<readonly number[]> => cold('--(b|)', { b: batches[at++] ?? [] })
      const trigger$ = cold('     -t---------|')
      const expected = '          ---a-b-----|'
      expectObservable(trigger$.pipe(pump(next))).toBe(expected, { a: [1, 2], b: [3] })
    }))

  it('takes what comes while a batch is on its way with the next, and never two at once', () => {
    const [trigger, arrived] = [new Subject<void>(), new Subject<readonly string[]>()]
    const seen: (readonly string[])[] = []
    const asked: number[] = []
    let waiting: string[] = []
    const come = (what: string): void => {
      waiting.push(what)
      trigger.next()
    }
    const next = (): Observable<readonly string[]> => {
      const batch = waiting
      waiting = []
      asked.push(batch.length)
      return arrived.pipe(
        take(1),
        map(() => batch),
      )
    }
    trigger.pipe(pump(next)).subscribe(batch => seen.push(batch))
    come('a')
    come('b')
    come('c')
    expect([asked, seen]).toEqual([[1], []])
    arrived.next([])
    expect([asked, seen]).toEqual([[1, 2], [['a']]])
    arrived.next([])
    arrived.next([])
    expect([asked, seen]).toEqual([
      [1, 2, 0],
      [['a'], ['b', 'c']],
    ])
  })

  it('that finds nothing waits for the next trigger', () => {
    const trigger = new Subject<void>()
    const seen: (readonly number[])[] = []
    const batches: (readonly number[])[] = [[], [1], []]
    trigger.pipe(pump(() => of(batches.shift() ?? []))).subscribe(batch => seen.push(batch))
    trigger.next()
    expect(seen).toEqual([])
    trigger.next()
    expect(seen).toEqual([[1]])
  })

  it('takes batches that are at hand at once, and others when they come, in one order', () => {
    const [trigger, arrived] = [new Subject<void>(), new Subject<void>()]
    const later = (value: number): Observable<readonly number[]> =>
      arrived.pipe(
        take(1),
        map(() => [value]),
      )
    const batches = [[1], [2], later(3), [4], later(5), [], [6], []]
    const seen: number[] = []
    trigger.pipe(pump(() => batches.shift() ?? [])).subscribe(([value = 0]) => seen.push(value))
    trigger.next()
    expect(seen).toEqual([1, 2])
    trigger.next()
    arrived.next()
    expect(seen).toEqual([1, 2, 3, 4])
    arrived.next()
    expect(seen).toEqual([1, 2, 3, 4, 5])
    trigger.next()
    expect(seen).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('takes no more at once than somebody still wants', () => {
    const asked: number[] = []
    const next = (): readonly number[] => [asked.push(asked.length)]
    of(undefined).pipe(pump(next), take(2)).subscribe()
    expect(asked).toEqual([0, 1])
  })

  it('errors as finding the next batch does', () => {
    const error = new Error('no batch')
    const failing = (): readonly number[] => {
      throw error
    }
    let told: unknown
    of(undefined)
      .pipe(pump(failing))
      .subscribe({ error: (cause: unknown) => (told = cause) })
    expect(told).toBe(error)
  })

  it('errors as a batch does', () =>
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-t---').pipe(pump(() => cold<readonly number[]>('-#')))).toBe('--#')
    }))

  it('ends when its trigger has ended and nothing more is on its way', () =>
    marbles(({ cold, expectObservable }) => {
      const batches = [[1], []]
      let at = 0
      const next = (): Observable<readonly number[]> => cold('----(b|)', { b: batches[at++] ?? [] })
      const trigger$ = cold('     t-|')
      const expected = '          ----a---|'
      expectObservable(trigger$.pipe(pump(next))).toBe(expected, { a: [1] })
    }))

  it('takes nothing more once nobody listens', () => {
    const trigger = new Subject<void>()
    const waiting = ['a', 'b', 'c']
    const listening = trigger.pipe(pump(() => of(waiting.splice(0, 1)))).subscribe(() => listening.unsubscribe())
    trigger.next()
    expect([waiting, trigger.observed]).toEqual([['b', 'c'], false])
  })
})
