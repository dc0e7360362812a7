import { NEVER, Subject } from 'rxjs'
import { VirtualClock } from '../../../lib/testing/virtual-clock'
import { silence$ } from '../../../streams/sources/silence'
import { marbles } from '../marbles'

/** Draws these, and always the last one further on; but not without end, as a timer that nobody stops would. */
const drawing = (...draws: readonly [number, ...number[]]): (() => number) => {
  let drawn = 0
  return () => {
    if (drawn === 100) throw new Error('It draws without end.')
    return draws[Math.min(drawn++, draws.length - 1)] ?? 0
  }
}

describe('silence', () => {
  it('is noticed when nothing was heard for as long as was drawn', () =>
    marbles(({ hot, expectObservable }, clock) => {
      const heard$ = hot('  --h--h---------------|')
      const expected = '    ----------x----x----x-'
      expectObservable(silence$(heard$, drawing(5), clock), '---------------------!').toBe(expected, { x: undefined })
    }))

  it('is none at the very moment before', () =>
    marbles(({ hot, expectObservable }, clock) => {
      const heard$ = hot('  ----h----h----h------')
      const expected = '    -------------------x-'
      expectObservable(silence$(heard$, drawing(5), clock), '--------------------!').toBe(expected, { x: undefined })
    }))

  it('is drawn anew at each message and at each silence', () =>
    marbles(({ hot, expectObservable }, clock) => {
      const heard$ = hot('  ---h---------------')
      // 5 until the message at 3, 7 after it, then 2, then 4
      const expected = '    ----------x-x---x--'
      const draw = drawing(5, 7, 2, 4, 100)
      expectObservable(silence$(heard$, draw, clock), '------------------!').toBe(expected, { x: undefined })
    }))

  it('comes earlier where a shorter time is drawn, as when the roster has told of a shorter timeout', () =>
    marbles(({ hot, expectObservable }, clock) => {
      const heard$ = hot('  --h-----------')
      const expected = '    -----x--------'
      const draw = drawing(50, 3, 100)
      expectObservable(silence$(heard$, draw, clock), '-------------!').toBe(expected, { x: undefined })
    }))

  it('takes one timer however much is heard', () => {
    const clock = new VirtualClock()
    const heard$ = new Subject<void>()
    let silences = 0
    silence$(heard$, () => 100, clock).subscribe(() => silences++)
    for (let at = 0; at < 1000; at++) {
      heard$.next()
      clock.advanceBy(at % 100)
      expect([silences, clock.pending]).toEqual([0, 1])
    }
    clock.advanceBy(1)
    expect(silences).toBe(1)
  })

  it('leaves no timer behind', () => {
    const clock = new VirtualClock()
    const listening = silence$(NEVER, () => 10, clock).subscribe()
    clock.advanceBy(35)
    expect(clock.pending).toBe(1)
    listening.unsubscribe()
    expect(clock.pending).toBe(0)
  })

  it('ends for good where a silence makes the listener leave', () => {
    const clock = new VirtualClock()
    let silences = 0
    const listening = silence$(NEVER, () => 10, clock).subscribe(() => {
      silences++
      listening.unsubscribe()
    })
    clock.advanceBy(100)
    expect([silences, clock.pending]).toEqual([1, 0])
  })
})
