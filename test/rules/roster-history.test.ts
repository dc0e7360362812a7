import {
  formerMembers,
  possibleRosters,
  rosterAt,
  rosterInForce,
  sinceSnapshot,
  withoutFrom,
} from '../../streams/rules/roster-history'
import { EMPTY_ROSTER } from '../../streams/rules/roster'
import { rosterOf } from './rosters'

const at = (index: number) => rosterOf({ index, voters: ['a'] })
const [one, five, nine] = [at(1), at(5), at(9)]
const history = [one, five, nine]

describe('a history of rosters', () => {
  it('has the newest in force, committed or not', () => {
    expect(rosterInForce(history)).toBe(nine)
    expect(rosterInForce([])).toBe(EMPTY_ROSTER)
  })

  it('tells what was the roster at an index', () => {
    expect([0, 1, 4, 5, 8, 9, 1000].map(index => rosterAt(history, index))).toEqual([
      ...[EMPTY_ROSTER, one, one, five, five, nine, nine],
    ])
    expect(rosterAt([], 7)).toBe(EMPTY_ROSTER)
  })

  it('tells which may yet be what the log says: the committed one and all after it', () => {
    expect(possibleRosters(history, 9)).toEqual([nine])
    expect(possibleRosters(history, 8)).toEqual([five, nine])
    expect(possibleRosters(history, 5)).toEqual([five, nine])
    expect(possibleRosters(history, 0)).toEqual(history)
    expect(possibleRosters([], 3)).toEqual([])
  })

  it('tells who was a member before the committed roster, and is none in it or since', () => {
    const [first, second, third] = [
      rosterOf({ index: 1, voters: ['a', 'b', 'c'], learners: ['d'] }),
      rosterOf({ index: 5, voters: ['a', 'c'], learners: ['d'] }),
      rosterOf({ index: 9, voters: ['a', 'b'] }),
    ]
    const former = (committed: number): string[] => formerMembers([first, second, third], committed).map(({ id }) => id)
    expect([0, 1, 4].map(former)).toEqual([[], [], []])
    expect(formerMembers([first, second], 5).map(({ id }) => id)).toEqual(['b'])
    // added anew, though that has not committed
    expect(former(5)).toEqual([])
    expect(former(9)).toEqual(['c', 'd'])
  })

  it('rolls back what a truncation takes, more than one step if need be', () => {
    expect(withoutFrom(history, 9)).toEqual([one, five])
    expect(withoutFrom(history, 5)).toEqual([one])
    expect(withoutFrom(history, 2)).toEqual([one])
    expect(withoutFrom(history, 1)).toEqual([])
  })

  it('is the same value when a truncation takes none', () => {
    expect(withoutFrom(history, 10)).toBe(history)
  })

  it('begins with what a snapshot holds, and keeps what follows it', () => {
    const held = rosterOf({ index: 5, voters: ['b'] })
    expect(sinceSnapshot(history, held, 7)).toEqual([held, nine])
    expect(sinceSnapshot(history, held, 9)).toEqual([held])
    expect(sinceSnapshot([], held, 9)).toEqual([held])
  })
})
