import fc from 'fast-check'
import { answerMap } from '../../streams/replica/answers'
import type { Answer } from '../../streams/sources/answer'

const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const given = fc.record({ number: fc.nat({ max: 60 }), answer: fc.record({ index: count, term: count, time: count }) })

describe('the answers of a session', () => {
  it('are what was put in under each number last, until that is deleted', () => {
    const told = (puts: readonly { readonly number: number; readonly answer: Answer }[], gone: readonly number[]) => {
      const [answers, plain] = [answerMap(), new Map<number, Answer>()]
      for (const { number, answer } of puts) {
        answers.set(number, answer)
        plain.set(number, answer)
      }
      for (const number of gone) expect(answers.delete(number)).toBe(plain.delete(number))
      for (let number = 0; number <= 60; number++) expect(answers.get(number)).toEqual(plain.get(number))
      expect(answers.size).toBe(plain.size)
    }
    fc.assert(fc.property(fc.array(given, { maxLength: 100 }), fc.array(fc.nat({ max: 60 })), told))
  })
})
