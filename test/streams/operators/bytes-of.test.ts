import { bytesOf } from '../../../streams/operators/bytes-of'
import { entryOf } from '../entries'

const payload = (content: unknown): number => bytesOf(entryOf(1, content))

describe('what a value that waits is counted as', () => {
  it('is its bytes, and two a character', () => {
    expect([bytesOf(new Uint8Array(7)), bytesOf('três'), bytesOf(new ArrayBuffer(3))]).toEqual([7, 8, 3])
    expect([payload(new Uint8Array(7)), payload('três'), payload(new DataView(new ArrayBuffer(3)))]).toEqual([7, 8, 3])
  })

  it('is the sum of a batch', () => {
    expect(bytesOf([entryOf(1, 'ab'), entryOf(2, new Uint8Array(5)), 'c'])).toBe(11)
  })

  it('is what a codec has made of a payload', () => {
    expect(payload({ to: 'bob', amount: 12 })).toBe(22)
    expect(payload(['ab', new Uint8Array(1000), null, undefined, 3n])).toBe(1044)
    expect(payload(new Map([['key', new Set(['a'])]]))).toBe(32)
    expect([payload(1), payload(null), payload(undefined), payload(true)]).toEqual([0, 0, 0, 0])
  })

  it('has an end, however a payload is made', () => {
    const loop: { self?: unknown } = {}
    loop.self = loop
    expect(payload(loop)).toBe(8)
    let deep: unknown = 'x'
    for (let at = 0; at < 100_000; at++) deep = [deep]
    expect(payload(deep)).toBe(800_002)
    const wide = entryOf(
      1,
      Array.from({ length: 1000 }, () => ['x'.repeat(1000)]),
    )
    expect(bytesOf(wide, 10_000)).toBeLessThan(20_000)
    expect(bytesOf(wide)).toBeGreaterThan(2_000_000)
  })

  it('is nothing for what may be a state', () => {
    expect([bytesOf({ index: 1, state: 'x'.repeat(1000) }), bytesOf(1), bytesOf(undefined), bytesOf(null)]).toEqual([
      0, 0, 0, 0,
    ])
  })
})
