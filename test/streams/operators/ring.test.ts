import fc from 'fast-check'
import { Queue } from '../../../streams/operators/queue'
import { Ring } from '../../../streams/operators/ring'

const deed = fc.oneof(
  fc.record({ do: fc.constant('push' as const), count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ do: fc.constantFrom('shift' as const, 'pop' as const), count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ do: fc.constant('replace' as const), count: fc.nat({ max: 60 }) }),
  fc.record({ do: fc.constant('clear' as const), count: fc.constant(0) }),
)

/** What the array behind it holds. */
const held = (ring: Ring<number>): readonly unknown[] => {
  const { items } = ring as unknown as { readonly items: readonly unknown[] }
  return items
}

describe('a ring', () => {
  it('is a list that knows where each item is, and holds no other', () => {
    const model = (deeds: readonly { readonly do: string; readonly count: number }[]): void => {
      const ring = new Ring<number>()
      let [plain, first, made] = [new Array<number>(), 0, 0]
      for (const { do: what, count } of deeds) {
        if (what === 'replace') {
          ring.replace(first + count, -1)
          if (count < plain.length) plain[count] = -1
        } else if (what === 'clear') {
          ring.clear()
          ;[first, plain] = [first + plain.length, []]
        } else {
          for (let left = count; left > 0; left--) {
            if (what === 'push') expect(ring.push(++made)).toBe(first + plain.push(made) - 1)
            else expect(ring[what as 'shift' | 'pop']()).toBe(plain[what as 'shift' | 'pop']())
            if (what === 'shift') first = ring.first
          }
        }
        expect([ring.first, ring.end, ring.length]).toEqual([first, first + plain.length, plain.length])
        expect(plain.map((_, at) => ring.at(first + at))).toEqual(plain)
        expect([ring.at(first - 1), ring.at(first + plain.length)]).toEqual([undefined, undefined])
        expect(held(ring).filter(item => item !== undefined)).toHaveLength(plain.length)
      }
    }
    fc.assert(fc.property(fc.array(deed, { maxLength: 30 }), model))
  })

  it('gives up nothing that still knows its items when it grows, and what a crowd has taken when that is gone', () => {
    const ring = new Ring<number>()
    const before = held(ring)
    for (let item = 0; item < 5000; item++) ring.push(item)
    expect(before.every(item => item === undefined)).toBe(true)
    const crowded = held(ring).length
    while (ring.shift() !== undefined);
    expect([crowded, held(ring).length]).toEqual([8192, 16])
    expect([ring.push(7), ring.at(5000)]).toEqual([5000, 7])
  })
})

test('a queue gives as many as are asked for and there, in order', () => {
  const queue = new Queue<number>()
  for (let item = 0; item < 50; item++) queue.push(item)
  expect([queue.first, queue.length, queue.take(3), queue.first]).toEqual([0, 50, [0, 1, 2], 3])
  expect(queue.take(100)).toEqual(Array.from({ length: 47 }, (_, at) => at + 3))
  expect([queue.length, queue.first, queue.take(1)]).toEqual([0, undefined, []])
})
