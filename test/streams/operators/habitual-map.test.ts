import fc from 'fast-check'
import { HabitualMap } from '../../../streams/operators/habitual-map'

test('a map that remembers what it was asked for last is a map', () => {
  const step = fc.record({ deed: fc.constantFrom('get', 'set', 'delete'), name: fc.constantFrom('a', 'b', '') })
  const model = (steps: readonly { readonly deed: string; readonly name: string }[]): void => {
    const [plain, habitual] = [new Map<string, number>(), new HabitualMap<number>()]
    for (const [at, { deed, name }] of steps.entries()) {
      if (deed === 'get') expect(habitual.get(name)).toBe(plain.get(name))
      for (const map of [plain, habitual]) {
        if (deed === 'set') map.set(name, at)
        if (deed === 'delete') map.delete(name)
      }
      expect([[...habitual.entries()], [...habitual.values()]]).toEqual([[...plain], [...plain.values()]])
      expect(habitual.size).toBe(plain.size)
    }
  }
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), model))
})
