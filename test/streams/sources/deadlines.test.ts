import fc from 'fast-check'
import { VirtualClock } from '../../../lib/testing/virtual-clock'
import { Deadlines, type Timed } from '../../../streams/sources/deadlines'

/** Deadlines, and when what has expired. */
function place() {
  const clock = new VirtualClock(1_000)
  const deadlines = new Deadlines(clock)
  const expired: string[] = []
  const add = (name: string, timeoutMs: number, then: () => void = () => undefined): Timed => {
    const expire = (): void => {
      expired.push(`${name} at ${clock.now() - 1_000}`)
      then()
    }
    const timed = { deadline: clock.now() + timeoutMs, expire }
    deadlines.add(timed, timeoutMs)
    return timed
  }
  return { clock, deadlines, expired, add }
}

describe('deadlines', () => {
  it('expire what waits at its time, whatever came first', () => {
    const { clock, expired, add } = place()
    add('a', 30)
    add('b', 10)
    clock.advanceBy(5)
    add('c', 10)
    add('d', 1)
    clock.advanceBy(100)
    expect(expired).toEqual(['d at 6', 'b at 10', 'c at 15', 'a at 30'])
  })

  it('take one timer however many wait, and none when none does', () => {
    const { clock, deadlines, add } = place()
    const waiting = Array.from({ length: 100 }, (_, at) => [add(`r-${at}`, 10 + (at % 7)), 10 + (at % 7)] as const)
    expect(clock.pending).toBe(1)
    for (const [timed, timeoutMs] of waiting) deadlines.delete(timed, timeoutMs)
    expect(clock.pending).toBe(0)
  })

  it('leave out what was settled in time, and what was settled twice', () => {
    const { clock, deadlines, expired, add } = place()
    const a = add('a', 10)
    add('b', 10)
    deadlines.delete(a, 10)
    deadlines.delete(a, 10)
    deadlines.delete(a, 77)
    clock.advanceBy(100)
    expect(expired).toEqual(['b at 10'])
  })

  it('go on when what expires settles others, or asks again', () => {
    const { clock, deadlines, expired, add } = place()
    add('a', 10, () => add('a again', 10))
    add('b', 10, () => deadlines.delete(c, 10))
    const c = add('c', 10)
    add('d', 10)
    clock.advanceBy(100)
    expect(expired).toEqual(['a at 10', 'b at 10', 'd at 10', 'a again at 20'])
    expect(clock.pending).toBe(0)
  })

  it('that are over at once expire in a later turn, not within the call', () => {
    const { clock, expired, add } = place()
    add('a', 0)
    expect(expired).toEqual([])
    clock.advanceBy(0)
    expect(expired).toEqual(['a at 0'])
  })

  it('expire nothing once they are stopped, and go on when something is added after all', () => {
    const { clock, deadlines, expired, add } = place()
    add('a', 10)
    deadlines.stop()
    clock.advanceBy(100)
    expect([expired, clock.pending]).toEqual([[], 0])
    add('b', 20)
    clock.advanceBy(100)
    expect(expired).toContain('b at 120')
  })

  it('are kept to the millisecond by any mix of timeouts, additions and settlements', () => {
    const wait = fc.record({
      pauseMs: fc.nat({ max: 20 }),
      timeoutMs: fc.constantFrom(0, 1, 7, 30, 31, 100),
      settleAfterMs: fc.option(fc.nat({ max: 60 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(wait, { maxLength: 40 }), waits => {
        const { clock, deadlines, expired, add } = place()
        const expected: string[] = []
        waits.forEach(({ pauseMs, timeoutMs, settleAfterMs = Infinity }, at) => {
          clock.advanceBy(pauseMs)
          const timed = add(`${at}`, timeoutMs)
          if (settleAfterMs < timeoutMs) clock.schedule(() => deadlines.delete(timed, timeoutMs), settleAfterMs)
          else expected.push(`${at} at ${timed.deadline - 1_000}`)
        })
        clock.advanceBy(1_000)
        expect([...expired].sort()).toEqual(expected.sort())
        expect(clock.pending).toBe(0)
      }),
    )
  })
})
