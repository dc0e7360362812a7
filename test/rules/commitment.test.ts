import fc from 'fast-check'
import { commitIndex } from '../../streams/rules/commitment'
import { termAt } from '../../streams/rules/log-shape'
import { isQuorum } from '../../streams/rules/quorum'
import { shapeOf, terms } from './logs'
import { rosterOf } from './rosters'

const IDS = ['a', 'b', 'c', 'd', 'e']
const three = rosterOf({ voters: ['a', 'b', 'c'] })
const durable = (held: Readonly<Record<string, number>>) => (id: string) => held[id] ?? 0

describe('the commit index', () => {
  test('is the last entry of the own term that a quorum holds, and never goes back', () => {
    const half = fc.subarray(IDS)
    fc.assert(
      fc.property(
        terms.filter(log => log.length > 0),
        half.filter(voters => voters.length > 0),
        half,
        fc.array(fc.nat({ max: 15 }), { minLength: 5, maxLength: 5 }),
        fc.nat({ max: 15 }),
        fc.boolean(),
        (log, voters, outgoing, held, before, older) => {
          const shape = shapeOf(log)
          const roster = rosterOf({ voters, outgoing })
          const term = (log.at(-1) ?? 1) + (older ? 1 : 0)
          const committed = Math.min(before, log.length)
          const reached = (id: string): number => Math.min(held[IDS.indexOf(id)] ?? 0, log.length)
          const byHand = log
            .map((_, at) => at + 1)
            .filter(index => index > committed && termAt(shape, index) === term)
            .filter(index => isQuorum(roster, id => reached(id) >= index))
          expect(commitIndex(roster, shape, term, committed, reached)).toBe(byHand.at(-1) ?? committed)
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('does not count an entry of an earlier term, however many hold it (figure 3.7)', () => {
    const held = { a: 3, b: 2, c: 2, d: 1, e: 1 }
    const five = rosterOf({ voters: ['a', 'b', 'c', 'd', 'e'] })
    const shape = shapeOf([1, 2, 4])
    expect(commitIndex(five, shape, 4, 1, durable(held))).toBe(1)
    expect(commitIndex(five, shape, 4, 1, durable({ ...held, b: 3, c: 3 }))).toBe(3)
  })

  test('counts a leader like any other voter: only what its disk holds', () => {
    const shape = shapeOf([1, 1, 1])
    expect(commitIndex(three, shape, 1, 0, durable({ a: 0, b: 3 }))).toBe(0)
    expect(commitIndex(three, shape, 1, 0, durable({ a: 0, b: 3, c: 2 }))).toBe(2)
  })

  test('waits for the disk of a single member too', () => {
    const alone = rosterOf({ voters: ['a'] })
    expect(commitIndex(alone, shapeOf([1]), 1, 0, durable({ a: 0 }))).toBe(0)
    expect(commitIndex(alone, shapeOf([1]), 1, 0, durable({ a: 1 }))).toBe(1)
  })

  test('needs both halves of a joint roster, and counts no learner', () => {
    const joint = rosterOf({ voters: ['a', 'b', 'c'], outgoing: ['c', 'd', 'e'], learners: ['f'] })
    const shape = shapeOf([1, 1])
    expect(commitIndex(joint, shape, 1, 0, durable({ a: 2, b: 2, c: 2, f: 2 }))).toBe(0)
    expect(commitIndex(joint, shape, 1, 0, durable({ a: 2, c: 2, e: 1 }))).toBe(1)
  })
})
