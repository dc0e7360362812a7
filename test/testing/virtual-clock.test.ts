import { delay, interval, map, observeOn, of, range, take, timeout, timer, toArray } from 'rxjs'
import { seededRandom } from '../../lib/testing/seeded-random'
import { VirtualClock } from '../../lib/testing/virtual-clock'

describe('VirtualClock', () => {
  test('runs nothing until it is moved on, and then all that is due, at its time', () => {
    const clock = new VirtualClock(1000)
    const ran: [string, number][] = []
    const note = (name: string) => () => void ran.push([name, clock.now()])
    clock.schedule(note('late'), 20)
    clock.schedule(note('early'), 10)
    clock.schedule(note('now'))
    expect(ran).toEqual([])
    clock.advanceBy(10)
    expect(ran).toEqual([
      ['now', 1000],
      ['early', 1010],
    ])
    clock.advanceTo(1019)
    expect([ran.length, clock.now(), clock.pending, clock.next]).toEqual([2, 1019, 1, 1020])
    clock.advanceTo(1020)
    expect(ran[2]).toEqual(['late', 1020])
  })

  test('keeps the order of scheduling at the same time, however many there are', () => {
    const clock = new VirtualClock()
    const random = seededRandom(1)
    const expected: { due: number; order: number }[] = []
    const ran: { due: number; order: number }[] = []
    for (let order = 0; order < 2000; order++) {
      const piece = { due: Math.floor(random.next() * 50), order }
      expected.push(piece)
      clock.schedule(() => ran.push(piece), piece.due)
    }
    clock.advanceBy(50)
    expect(ran).toEqual(expected.sort((a, b) => a.due - b.due || a.order - b.order))
    expect(clock.pending).toBe(0)
  })

  test('does not run what is cancelled, and counts it no more', () => {
    const clock = new VirtualClock()
    const cancelled = clock.schedule(() => void 0, 5)
    const kept = jest.fn()
    clock.schedule(kept, 6)
    cancelled.unsubscribe()
    cancelled.unsubscribe()
    expect(clock.pending).toBe(1)
    clock.advanceBy(10)
    expect(kept).toHaveBeenCalledTimes(1)
    expect(clock.step()).toBe(false)
  })

  test('an action scheduled again while it waits runs once, at the later time', () => {
    const clock = new VirtualClock()
    const ran: number[] = []
    let rescheduled = false
    clock.schedule(function (this) {
      ran.push(clock.now())
      if (rescheduled) return
      rescheduled = true
      this.schedule(undefined, 5)
      this.schedule(undefined, 7)
    }, 1)
    clock.advanceBy(100)
    expect(ran).toEqual([1, 8])
    expect(clock.pending).toBe(0)
  })

  test('an action gets its state, and the state that it schedules itself with', () => {
    const clock = new VirtualClock()
    const seen: unknown[] = []
    clock.schedule<number>(
      function (this, state = 0) {
        seen.push(state)
        if (state < 3) this.schedule(state + 1, 1)
      },
      1,
      1,
    )
    clock.advanceBy(10)
    expect(seen).toEqual([1, 2, 3])
  })

  test('what an action throws comes out of the step, and the clock goes on', () => {
    const clock = new VirtualClock()
    const after = jest.fn()
    clock.schedule(() => {
      throw new Error('thrown')
    }, 1)
    clock.schedule(after, 2)
    expect(() => clock.advanceBy(5)).toThrow('thrown')
    clock.advanceBy(5)
    expect(after).toHaveBeenCalledTimes(1)
  })

  test('time is not moved on from within an action', () => {
    const clock = new VirtualClock()
    clock.schedule(() => clock.advanceBy(1))
    clock.schedule(() => undefined)
    expect(() => clock.step()).toThrow('from within')
  })

  test('runUntil stops at the predicate, or at its limit', () => {
    const clock = new VirtualClock()
    let count = 0
    interval(10, clock).subscribe(() => count++)
    expect(clock.runUntil(() => count === 3, 1000)).toBe(true)
    expect(clock.now()).toBe(30)
    expect(clock.runUntil(() => count === 100, 25)).toBe(false)
    expect([clock.now(), count]).toEqual([55, 5])
    expect(clock.runUntil(() => true, 0)).toBe(true)
  })

  test('drives the operators of RxJS', () => {
    const clock = new VirtualClock()
    const seen: unknown[] = []
    const note = (name: string) => (value: unknown) => seen.push([name, clock.now(), value])
    timer(5, 10, clock).pipe(take(3), toArray()).subscribe(note('timer'))
    interval(4, clock).pipe(take(2)).subscribe(note('interval'))
    of('x').pipe(delay(3, clock)).subscribe(note('delay'))
    range(1, 2).pipe(observeOn(clock)).subscribe(note('observeOn'))
    timer(100, clock)
      .pipe(timeout({ first: 50, scheduler: clock, with: () => of('timeout') }))
      .subscribe(note('timeout'))
    timer(new Date(60), clock)
      .pipe(map(value => String(value)))
      .subscribe(note('date'))
    expect(seen).toEqual([])
    clock.advanceBy(200)
    expect(seen).toEqual([
      ['observeOn', 0, 1],
      ['observeOn', 0, 2],
      ['delay', 3, 'x'],
      ['interval', 4, 0],
      ['interval', 8, 1],
      ['timer', 25, [0, 1, 2]],
      ['timeout', 50, 'timeout'],
      ['date', 60, '0'],
    ])
    expect(clock.pending).toBe(0)
  })
})

describe('seededRandom', () => {
  test('repeats itself from its seed, and differs between neighbouring and large seeds', () => {
    const draw = (seed: number): string => {
      const random = seededRandom(seed)
      return JSON.stringify([random.next(), random.next(), [...random.bytes(8)]])
    }
    const seeds = [0, 1, 2, 2 ** 32, 2 ** 32 + 1, 2 ** 52]
    expect(new Set(seeds.map(draw)).size).toBe(seeds.length)
    for (const seed of seeds) expect(draw(seed)).toBe(draw(seed))
  })

  test('spreads evenly over [0, 1)', () => {
    const random = seededRandom(7)
    const buckets = Array.from({ length: 10 }, () => 0)
    for (let i = 0; i < 10_000; i++) {
      const at = Math.floor(random.next() * 10)
      buckets[at] = (buckets[at] ?? 0) + 1
    }
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})
