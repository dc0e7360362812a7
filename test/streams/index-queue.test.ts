import fc from 'fast-check'
import { IndexQueue } from '../../streams/operators/index-queue'

describe('a queue by index', () => {
  it('gives each that waits for no more than was reached, once, and none that was taken out', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('put', 'put again', 'delete', 'take'), fc.nat({ max: 20 })), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(steps, list => {
        const queue = new IndexQueue<object>()
        let model: { readonly index: number; readonly one: object }[] = []
        for (const [step, index] of list) {
          if (step === 'put') {
            const one = {}
            queue.put(index, one)
            model.push({ index, one })
          } else if (step === 'put again') {
            const known = model[0]
            if (known === undefined) continue
            queue.put(index, known.one)
            model = [{ index, one: known.one }, ...model.slice(1)]
          } else if (step === 'delete') {
            const gone = model[index]
            if (gone !== undefined) queue.delete(gone.one)
            model = model.filter(entry => entry !== gone)
          } else {
            const taken = queue.take(index)
            const expected = model.filter(entry => entry.index <= index)
            expect(new Set(taken.map(([, one]) => one))).toEqual(new Set(expected.map(({ one }) => one)))
            expect(taken).toHaveLength(expected.length)
            for (const [of, one] of taken) expect(model.find(entry => entry.one === one)?.index).toBe(of)
            model = model.filter(entry => entry.index > index)
          }
        }
      }),
    )
  })
})
