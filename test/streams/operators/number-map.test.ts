import fc from 'fast-check'
import { NumberMap, type Places } from '../../../streams/operators/number-map'

interface Deed {
  readonly do: string
  readonly number: number
}

const sorted = <T>(pairs: Iterable<readonly [number, T]>) => [...pairs].sort(([one], [other]) => one - other)

function model(deeds: readonly Deed[]): void {
  const [map, plain] = [new NumberMap<number>(), new Map<number, number>()]
  for (const [at, { do: what, number }] of deeds.entries()) {
    if (what === 'delete') expect(map.delete(number)).toBe(plain.delete(number))
    else {
      map.set(number, at)
      plain.set(number, at)
    }
    expect([map.get(number), map.has(number), map.size]).toEqual([plain.get(number), plain.has(number), plain.size])
  }
  expect(sorted(map)).toEqual(sorted(plain))
  expect([...map.keys()].sort()).toEqual([...plain.keys()].sort())
  expect([...map.values()].sort()).toEqual([...plain.values()].sort())
}

const deedsWith = (number: fc.Arbitrary<number>) =>
  fc.array(fc.record({ do: fc.constantFrom('set', 'set', 'delete'), number }), { maxLength: 120 })

describe('a map by numbers', () => {
  it('is a map, for numbers that are near each other', () => {
    fc.assert(fc.property(deedsWith(fc.nat({ max: 30 })), model))
  })

  it('is a map, for numbers that want the same places, and any', () => {
    fc.assert(fc.property(deedsWith(fc.nat({ max: 12 }).map(number => number * 1024)), model))
    fc.assert(fc.property(deedsWith(fc.nat({ max: 12 }).map(number => number * 2 ** 44 + (number % 3))), model))
    fc.assert(fc.property(deedsWith(fc.nat(2 ** 31 - 1)), model))
  })

  it('keeps up with numbers that go on for ever', () => {
    const map = new NumberMap<number>()
    for (let number = 2 ** 40; number < 2 ** 40 + 20_000; number++) {
      map.set(number, number)
      map.delete(number - 100)
    }
    const { numbers, apart } = map as unknown as { readonly numbers: readonly number[]; readonly apart: unknown }
    expect([map.size, numbers.length <= 256, apart]).toEqual([100, true, undefined])
  })

  it('takes no more than what is in it wants, however far apart', () => {
    const map = new NumberMap<true>()
    for (let number = 0; number < 100; number++) map.set(number * 2 ** 20, true)
    const { numbers } = map as unknown as { readonly numbers: readonly number[] }
    expect([map.size, numbers.length]).toEqual([100, 4])
  })

  it('gives back what a crowd has taken, and keeps nothing of it', () => {
    const made: (object | undefined)[][] = []
    const places = (count: number): Places<object> => {
      const things = new Array<object | undefined>(count).fill(undefined)
      made.push(things)
      return {
        at: place => things[place] ?? {},
        put: (place, thing) => (things[place] = thing),
        clear: place => (things[place] = undefined),
      }
    }
    const map = new NumberMap<object>(places)
    for (let number = 0; number < 5000; number++) map.set(number, {})
    for (let number = 0; number < 5000; number++) map.delete(number)
    expect([map.size, made.at(-1)?.length, made.length > 10]).toEqual([0, 4, true])
    expect(made.flat().every(thing => thing === undefined)).toBe(true)
  })

  it('keeps nothing of what has been deleted', () => {
    const map = new NumberMap<object>()
    map.set(1, {})
    const kept = map as unknown as { readonly things: { readonly things: readonly unknown[] } }
    expect(kept.things.things.filter(thing => thing !== undefined)).toEqual([{}])
    map.delete(1)
    expect(kept.things.things.filter(thing => thing !== undefined)).toEqual([])
  })
})
