import { NEVER, Subject } from 'rxjs'
import { VirtualClock } from '../../lib/testing/virtual-clock'
import { silence$ } from '../../streams/sources/silence'
import { stalls$ } from '../../streams/sources/stalls'

describe('silence', () => {
  const begin = (draws: readonly number[]) => {
    const clock = new VirtualClock()
    const heard = new Subject<void>()
    const fired: number[] = []
    let at = 0
    const draw = (): number => draws[Math.min(at++, draws.length - 1)] ?? 0
    const running = silence$(heard, draw, clock).subscribe(() => fired.push(clock.now()))
    return { clock, heard, fired, running }
  }

  it('is told of after as long as was drawn, and again after another draw', () => {
    const { clock, fired, running } = begin([100, 150, 120])
    clock.advanceBy(400)
    expect(fired).toEqual([100, 250, 370])
    running.unsubscribe()
    expect(clock.pending).toBe(0)
  })

  it('begins anew with each word that is heard, to the very last moment', () => {
    const { clock, heard, fired } = begin([100])
    for (let at = 0; at < 20; at++) {
      clock.advanceBy(99)
      heard.next()
    }
    expect(fired).toEqual([])
    clock.advanceBy(100)
    expect(fired).toEqual([20 * 99 + 100])
  })

  it('keeps one timer however much is heard', () => {
    const { clock, heard } = begin([100])
    for (let at = 0; at < 1000; at++) heard.next()
    expect(clock.pending).toBe(1)
  })

  it('is told of after a shorter draw, not when a longer one before it would have ended', () => {
    const { clock, heard, fired } = begin([10_000, 50])
    heard.next()
    clock.advanceBy(50)
    expect(fired).toEqual([50])
  })

  it('ends for good where it makes the listener leave', () => {
    const clock = new VirtualClock()
    const fired: number[] = []
    const running = silence$(NEVER, () => 10, clock).subscribe(() => {
      fired.push(clock.now())
      running.unsubscribe()
    })
    clock.advanceBy(100)
    expect([fired, clock.pending]).toEqual([[10], 0])
  })
})

describe('a held event loop', () => {
  it('is told of by how late a timer is, beyond a limit', () => {
    const clock = new VirtualClock()
    const held: number[] = []
    // a clock whose now jumps ahead of what it schedules, as when a callback has held the loop
    let ahead = 0
    const slow = { now: () => clock.now() + ahead, schedule: clock.schedule.bind(clock) }
    const running = stalls$(10, () => 100, slow).subscribe(ms => held.push(ms))
    clock.advanceBy(50)
    ahead = 100
    clock.advanceBy(50)
    expect(held).toEqual([])
    ahead = 301
    clock.advanceBy(50)
    expect(held).toEqual([201])
    running.unsubscribe()
    expect(clock.pending).toBe(0)
  })
})
