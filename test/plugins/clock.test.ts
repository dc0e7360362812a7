import {
  delay,
  interval,
  map,
  observeOn,
  of,
  Subscription,
  take,
  timeout,
  timer,
  toArray,
  type Observable,
  type SchedulerAction,
} from 'rxjs'
import { randomHex } from '../../streams/contracts/clock'
import { systemClock } from '../../plugins/clock'
import { systemRandom } from '../../plugins/random'

const clock = systemClock()

const values = <T>(source$: Observable<T>): Promise<T[]> =>
  new Promise((resolve, reject) => source$.pipe(toArray()).subscribe({ next: resolve, error: reject }))

describe('the system clock', () => {
  test('tells milliseconds since the epoch, never going back', () => {
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(60_000)
    let last = clock.now()
    for (let i = 0; i < 10_000; i++) {
      const now = clock.now()
      expect(now).toBeGreaterThanOrEqual(last)
      last = now
    }
  })

  test('does not follow the wall clock when it is set back', () => {
    const before = clock.now()
    jest.spyOn(Date, 'now').mockReturnValue(0)
    expect(clock.now()).toBeGreaterThanOrEqual(before)
    jest.restoreAllMocks()
  })

  test('runs work without a delay in a later turn, after promises', async () => {
    const order: string[] = []
    await new Promise<void>(resolve => {
      clock.schedule(() => {
        order.push('scheduled')
        resolve()
      })
      void Promise.resolve().then(() => order.push('promise'))
      order.push('now')
    })
    expect(order).toEqual(['now', 'promise', 'scheduled'])
  })

  test('never runs work before its time', async () => {
    for (const ms of [0.4, 1, 1.7, 3, 5.5]) {
      const due = clock.now() + ms
      const ran = await new Promise<number>(resolve => clock.schedule(() => resolve(clock.now()), ms))
      expect(ran).toBeGreaterThanOrEqual(due)
    }
  })

  test('does not run what was unsubscribed, nor what waits longer than a timer can', async () => {
    const never = jest.fn()
    const all = new Subscription()
    for (const ms of [0, 1, 2 ** 31, Infinity]) all.add(clock.schedule(never, ms))
    clock.schedule(never).unsubscribe()
    clock.schedule(never, 1).unsubscribe()
    const long = clock.schedule(never, 2 ** 31)
    all.unsubscribe()
    await values(timer(20, clock))
    expect(never).not.toHaveBeenCalled()
    long.unsubscribe()
  })

  test('work schedules itself again, with a state', async () => {
    const seen = await new Promise<number[]>(resolve => {
      const states: number[] = []
      clock.schedule(
        function (this: SchedulerAction<number>, state = 0) {
          states.push(state)
          if (state < 3) this.schedule(state + 1, state % 2)
          else resolve(states)
        },
        0,
        1,
      )
    })
    expect(seen).toEqual([1, 2, 3])
  })

  test('work that waits and is scheduled anew comes once, as scheduled last', async () => {
    const ran: (string | undefined)[] = []
    // a clock gives actions, as RxJS's schedulers do
    const begin = (delayMs: number) =>
      clock.schedule<string>(state => void ran.push(state), delayMs, 'first') as SchedulerAction<string>
    begin(0).schedule('immediate, later', 5)
    begin(1).schedule('later, immediate', 0)
    begin(1).schedule('later, later', 3)
    await values(timer(20, clock))
    expect(ran.sort()).toEqual(['immediate, later', 'later, immediate', 'later, later'])
  })

  test('drives the operators of RxJS', async () => {
    expect(await values(timer(1, 1, clock).pipe(take(3)))).toEqual([0, 1, 2])
    expect(await values(interval(1, clock).pipe(take(2)))).toEqual([0, 1])
    expect(await values(of('x').pipe(delay(1, clock)))).toEqual(['x'])
    expect(await values(of(1, 2).pipe(observeOn(clock)))).toEqual([1, 2])
    const late$ = timer(60_000, clock).pipe(map(() => 'late'))
    expect(await values(late$.pipe(timeout({ first: 1, scheduler: clock, with: () => of('timeout') })))).toEqual([
      'timeout',
    ])
  })
})

describe('the system random', () => {
  test('draws numbers of [0, 1), evenly, and does not repeat itself', () => {
    const random = systemRandom()
    const drawn = Array.from({ length: 5000 }, () => random.next())
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...drawn)).toBeLessThan(1)
    expect(new Set(drawn).size).toBe(drawn.length)
    // Twenty standard deviations.
    expect(Math.abs(drawn.reduce((sum, value) => sum + value, 0) / drawn.length - 0.5)).toBeLessThan(0.09)
  })

  test('gives so many bytes, of its own', () => {
    const random = systemRandom()
    expect(random.bytes(0)).toEqual(new Uint8Array(0))
    expect(random.bytes(100_000).byteLength).toBe(100_000)
    expect(randomHex(random, 16)).toMatch(/^[0-9a-f]{32}$/)
    expect(randomHex(random, 16)).not.toBe(randomHex(random, 16))
  })
})
