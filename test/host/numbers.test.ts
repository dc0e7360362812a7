import fc from 'fast-check'
import { Numbers } from '../../lib/host/numbers'

describe('numbers of a session', () => {
  it('are taken in turn, and tell the lowest that waits in whatever order they are settled', () => {
    const model = (steps: readonly number[]): void => {
      const numbers = new Numbers()
      const waiting: number[] = []
      let taken = 0
      let settled = 0
      for (const step of steps) {
        const [number] = waiting.splice(step % 5, step % 2)
        if (number === undefined) {
          expect(numbers.take()).toBe(++taken)
          waiting.push(taken)
        } else {
          numbers.settle(number)
          settled++
        }
        expect(numbers.next).toBe(taken + 1)
        expect(numbers.lowestWaiting).toBe(waiting[0] ?? taken + 1)
        expect(numbers.isAnySettled).toBe(settled > 0)
      }
    }
    fc.assert(fc.property(fc.array(fc.nat({ max: 99 }), { maxLength: 60 }), model))
  })
})
