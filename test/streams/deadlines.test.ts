import { VirtualClock } from '../../lib/testing'
import { NO_TICKET } from '../../streams/operators/waitlist'
import { Deadlines, type Timed } from '../../streams/sources/deadlines'

describe('deadlines', () => {
  const begin = () => {
    const clock = new VirtualClock()
    const deadlines = new Deadlines<Timed>(clock)
    const expired: (readonly [string, number])[] = []
    const add = (name: string, timeoutMs: number): Timed => {
      const expire = (): void => void expired.push([name, clock.now()])
      const timed: Timed = { timeoutMs, deadline: clock.now() + timeoutMs, deadlineTicket: NO_TICKET, expire }
      deadlines.add(timed)
      return timed
    }
    return { clock, deadlines, expired, add }
  }

  it('expire each at its time, whatever came in between', () => {
    const { clock, deadlines, expired, add } = begin()
    const start = clock.now()
    add('late', 30)
    add('soon', 10)
    clock.advanceBy(5)
    add('soon too', 10)
    clock.advanceBy(100)
    expect(expired.map(([name, at]) => [name, at - start])).toEqual([
      ['soon', 10],
      ['soon too', 15],
      ['late', 30],
    ])
    expect([deadlines.size, [...deadlines]]).toEqual([0, []])
  })

  it('expire once those who were first have been settled', () => {
    const { clock, deadlines, expired, add } = begin()
    const settled = add('settled', 10)
    clock.advanceBy(1)
    add('first then', 10)
    deadlines.delete(settled)
    deadlines.delete(settled)
    expect(deadlines.size).toBe(1)
    clock.advanceBy(100)
    expect(expired.map(([name]) => name)).toEqual(['first then'])
  })

  it('keep one timer, however many wait, and none where nobody does', () => {
    const { clock, deadlines, add } = begin()
    for (let at = 0; at < 50; at++) add('', 10 + (at % 7))
    expect(clock.pending).toBe(1)
    clock.advanceBy(100)
    expect([clock.pending, deadlines.size]).toEqual([0, 0])
    add('', 10)
    deadlines.stop()
    expect(clock.pending).toBe(0)
  })

  it('keep nothing of a timeout that nobody has any more, as there may be as many as callers', () => {
    const { deadlines, add } = begin()
    for (let at = 0; at < 100; at++) deadlines.delete(add('', 10 + at / 100))
    // the queues are its own, and what they would keep is to be seen nowhere else
    const { queues } = deadlines as unknown as { queues: ReadonlyMap<number, unknown> }
    expect(queues.size).toBe(0)
  })
})
