import fc from 'fast-check'
import { changeRoster } from '../../streams/rules/membership'
import { isQuorum, majority, quorumValue } from '../../streams/rules/quorum'
import { isMember, isVoter, members, type Roster } from '../../streams/rules/roster'
import { rosterOf } from './rosters'

const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
const ids = (minLength: number): fc.Arbitrary<string[]> => fc.subarray(IDS, { minLength })
const rosters = fc
  .record({ voters: ids(1), outgoing: ids(0), learners: ids(0) })
  .map(({ voters, outgoing, learners }) =>
    rosterOf({
      voters,
      outgoing,
      learners: learners.filter(id => !voters.includes(id) && !outgoing.includes(id)),
    }),
  )
const someone = fc.subarray(IDS)

/** By the definition: more than half of each half that there is. */
const byHand = ({ voters, outgoing }: Roster, yes: readonly string[]): boolean =>
  [voters, outgoing]
    .filter(half => half.length > 0)
    .every(half => 2 * half.filter(({ id }) => yes.includes(id)).length > half.length)

const subsets = (list: readonly string[]): string[][] =>
  list.reduce<string[][]>((all, id) => [...all, ...all.map(set => [...set, id])], [[]])

test.each([
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 3],
  [5, 3],
  [6, 4],
  [7, 4],
])('of %d voters %d are a majority', (size, expected) => expect(majority(size)).toBe(expected))

describe('isQuorum', () => {
  test('is more than half, of both halves of a joint roster, whoever else agrees', () => {
    fc.assert(
      fc.property(rosters, someone, (roster, yes) => {
        expect(isQuorum(roster, id => yes.includes(id))).toBe(byHand(roster, yes))
      }),
      { numRuns: 500 },
    )
  })

  test('learners and strangers count in none', () => {
    const roster = rosterOf({ voters: ['a', 'b', 'c'], learners: ['d', 'e'] })
    expect(isQuorum(roster, id => ['a', 'd', 'e', 'f'].includes(id))).toBe(false)
  })

  test('an empty roster has none', () => expect(isQuorum(rosterOf({}), () => true)).toBe(false))

  test('any two quorums of one roster have a member in common, and so have those before and after one change', () => {
    const changes = fc.oneof(
      fc.constantFrom(...IDS).map(id => ({ type: 'promote' as const, id })),
      fc.constantFrom(...IDS).map(id => ({ type: 'remove' as const, id })),
    )
    const single = rosters.map(roster => ({ ...roster, outgoing: [] }))
    fc.assert(
      fc.property(single, changes, (before, change) => {
        const judged = changeRoster(before, { steps: [change] }, 9)
        const after = judged.verdict === 'change' ? judged.roster : before
        const quorums = (roster: Roster): string[][] =>
          subsets(roster.voters.map(({ id }) => id)).filter(set => isQuorum(roster, id => set.includes(id)))
        for (const one of quorums(before))
          for (const other of quorums(after)) expect(one.some(id => other.includes(id))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

describe('quorumValue', () => {
  test('is the greatest value that a quorum has reached', () => {
    const values = fc.array(fc.nat({ max: 5 }), { minLength: IDS.length, maxLength: IDS.length })
    fc.assert(
      fc.property(rosters, values, (roster, list) => {
        const reached = (id: string): number => list[IDS.indexOf(id)] ?? 0
        const reachable = [...list, 0].filter(value => isQuorum(roster, id => reached(id) >= value))
        expect(quorumValue(roster, reached)).toBe(Math.max(...reachable))
      }),
      { numRuns: 500 },
    )
  })

  test('sorts numbers as numbers, infinity too', () => {
    const roster = rosterOf({ voters: ['a', 'b', 'c'] })
    const reached: Record<string, number> = { a: Infinity, b: 10, c: 9 }
    expect(quorumValue(roster, id => reached[id] ?? 0)).toBe(10)
  })

  test('of an empty roster is nothing', () => expect(quorumValue(rosterOf({}), () => 7)).toBe(0))
})

describe('members', () => {
  test('are voters of both halves and learners, each once', () => {
    const roster = rosterOf({ voters: ['a', 'b'], outgoing: ['b', 'c'], learners: ['d'] })
    expect(members(roster).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
    expect(['a', 'c', 'd', 'e'].map(id => isVoter(roster, id))).toEqual([true, true, false, false])
    expect(['a', 'c', 'd', 'e'].map(id => isMember(roster, id))).toEqual([true, true, true, false])
  })
})
