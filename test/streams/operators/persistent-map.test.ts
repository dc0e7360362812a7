import fc from 'fast-check'
import { PersistentMap } from 'kayak/streams'
import { hashOf } from '../../../streams/operators/hash-tree'

type K = string | number

/** Keys of which several have equal hashes, others equal lower bits. */
const COLLIDING = collisions()
const keys = fc.oneof(fc.constantFrom<K>(...COLLIDING, 0, 1, '1', '', NaN, -0), fc.string(), fc.integer())
const steps = fc.array(fc.tuple(fc.constantFrom('set' as const, 'delete' as const), keys, fc.nat({ max: 3 })), {
  maxLength: 80,
})

function collisions(): string[] {
  const byHash = new Map<number, string>()
  const found: string[] = []
  for (let at = 0; found.length < 6; at++) {
    const key = `k${at}`
    const other = byHash.get(hashOf(key))
    if (other !== undefined) found.push(key, other)
    byHash.set(hashOf(key), key)
  }
  return found
}

const run = (list: readonly (readonly ['set' | 'delete', K, number])[]) => {
  const model = new Map<K, number>()
  let map = PersistentMap.empty<K, number>()
  for (const [step, key, value] of list) {
    if (step === 'set') {
      model.set(key, value)
      map = map.set(key, value)
    } else {
      model.delete(key)
      map = map.delete(key)
    }
  }
  return { model, map }
}

const sorted = (pairs: Iterable<readonly [K, number]>): string[] =>
  [...pairs].map(([key, value]) => `${typeof key} ${key}: ${value}`).sort()

describe('a persistent map', () => {
  test('does what a map does', () => {
    fc.assert(
      fc.property(steps, keys, (list, other) => {
        const { model, map } = run(list)
        expect(sorted(map)).toEqual(sorted(model))
        expect(map.size).toBe(model.size)
        for (const key of [...model.keys(), other]) {
          expect(map.get(key)).toBe(model.get(key))
          expect(map.has(key)).toBe(model.has(key))
        }
        expect([...map.keys()].length).toBe(model.size)
        expect([...map.values()].sort()).toEqual([...model.values()].sort())
      }),
      { numRuns: 300 },
    )
  })

  test('never changes', () => {
    fc.assert(
      fc.property(steps, steps, (list, more) => {
        const { map } = run(list)
        const before = sorted(map)
        let later = map
        for (const [step, key, value] of more) later = step === 'set' ? later.set(key, value) : later.delete(key)
        expect(sorted(map)).toEqual(before)
      }),
    )
  })

  test('is the same where nothing changes, and gives the same order whatever was in it meanwhile', () => {
    const map = PersistentMap.from<K, number>([
      ['a', 1],
      ['b', NaN],
    ])
    expect(map.set('a', 1)).toBe(map)
    expect(map.set('b', NaN)).toBe(map)
    expect(map.delete('c')).toBe(map)
    fc.assert(
      fc.property(
        fc.uniqueArray(keys, { maxLength: 50, comparator: 'SameValueZero' }),
        fc.uniqueArray(keys, { maxLength: 50, comparator: 'SameValueZero' }),
        (some, more) => {
          const kept = some.filter(key => !more.includes(key))
          let map = PersistentMap.from<K, K>([...more, ...kept].map(key => [key, key]))
          for (const key of more) map = map.delete(key)
          expect([...map]).toEqual([...PersistentMap.from<K, K>(kept.toReversed().map(key => [key, key]))])
        },
      ),
    )
  })

  test('tells what has changed since an earlier one', () => {
    fc.assert(
      fc.property(steps, steps, (list, more) => {
        const { model, map } = run(list)
        let later = map
        for (const [step, key, value] of more) later = step === 'set' ? later.set(key, value) : later.delete(key)
        const after = new Map(later)
        const told = [...later.changesSince(map)]
        for (const { key, before, after: now } of told) {
          expect(before).toEqual(model.has(key) ? [model.get(key)] : undefined)
          expect(now).toEqual(after.has(key) ? [after.get(key)] : undefined)
          if (now === undefined) model.delete(key)
          else model.set(key, now[0])
        }
        expect(sorted(model)).toEqual(sorted(after))
        expect(new Set(told.map(({ key }) => key)).size).toBe(told.length)
      }),
      { numRuns: 300 },
    )
  })

  test('looks at no more than what has changed', () => {
    const map = PersistentMap.from<K, object>(Array.from({ length: 20_000 }, (_, key) => [key, {}]))
    const looked = jest.spyOn(Map.prototype, 'set')
    try {
      expect([...map.set(77, {}).delete(78).changesSince(map)].map(({ key }) => key).sort()).toEqual([77, 78])
      expect(looked.mock.calls.length).toBeLessThan(100)
    } finally {
      looked.mockRestore()
    }
  })

  test('spreads keys that are alike', () => {
    for (const prefix of ['', 'user-', 'a/b/c/'])
      expect(new Set(Array.from({ length: 10_000 }, (_, at) => hashOf(prefix + String(at)))).size).toBeGreaterThan(
        9_980,
      )
  })
})
