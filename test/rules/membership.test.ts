import { changeRoster, mayChange } from '../../streams/rules/membership'
import { EMPTY_ROSTER } from '../../streams/rules/roster'
import { isQuorum } from '../../streams/rules/quorum'
import { memberOf, rosterOf } from './rosters'

const roster = rosterOf({ voters: ['a', 'b'], learners: ['l'] })

describe('a change of the roster', () => {
  it('adds a learner, whose incarnation is the index of the entry', () => {
    expect(changeRoster(roster, { type: 'add', id: 'c', address: 'c:1' }, 7)).toEqual({
      verdict: 'change',
      roster: { ...roster, index: 7, learners: [memberOf('l'), memberOf('c', 7)] },
    })
  })

  it('adds a member that was removed as another incarnation', () => {
    const removed = changeRoster(roster, { type: 'remove', id: 'l' }, 5)
    if (removed.verdict !== 'change') throw new Error('It is not removed.')
    const again = changeRoster(removed.roster, { type: 'add', id: 'l', address: 'l:1' }, 9)
    expect(again).toMatchObject({ roster: { learners: [memberOf('l', 9)] } })
  })

  it.each(['a', 'l'])('has been made already where %s is a member', id => {
    expect(changeRoster(roster, { type: 'add', id, address: 'elsewhere:1' }, 7)).toEqual({ verdict: 'done' })
  })

  it.each(['a', 'l'])('refuses the address of %s to another, and names who has it', id => {
    const verdict = changeRoster(roster, { type: 'add', id: 'c', address: `${id}:1` }, 7)
    expect(verdict).toEqual({ verdict: 'address-taken', by: id })
  })

  it('refuses the address of one that is on its way out of a joint roster', () => {
    const joint = rosterOf({ voters: ['a'], outgoing: ['o'] })
    const verdict = changeRoster(joint, { type: 'add', id: 'c', address: 'o:1' }, 7)
    expect(verdict).toEqual({ verdict: 'address-taken', by: 'o' })
  })

  it('promotes a learner, which keeps its incarnation', () => {
    const grown = { ...roster, index: 8, voters: [...roster.voters, memberOf('l')], learners: [] }
    expect(changeRoster(roster, { type: 'promote', id: 'l' }, 8)).toEqual({ verdict: 'change', roster: grown })
    expect(changeRoster(grown, { type: 'promote', id: 'l' }, 9)).toEqual({ verdict: 'done' })
    expect(changeRoster(roster, { type: 'promote', id: 'x' }, 8)).toEqual({ verdict: 'not-member' })
  })

  it('removes a voter or a learner, and nobody twice', () => {
    expect(changeRoster(roster, { type: 'remove', id: 'b' }, 8)).toEqual({
      verdict: 'change',
      roster: { ...roster, index: 8, voters: [memberOf('a')] },
    })
    expect(changeRoster(roster, { type: 'remove', id: 'l' }, 8)).toMatchObject({ roster: { index: 8, learners: [] } })
    expect(changeRoster(roster, { type: 'remove', id: 'x' }, 8)).toEqual({ verdict: 'done' })
  })

  it('never removes the last voter, whoever learns', () => {
    const last = rosterOf({ voters: ['a'], learners: ['l'] })
    expect(changeRoster(last, { type: 'remove', id: 'a' }, 8)).toEqual({ verdict: 'last-voter' })
    expect(changeRoster(EMPTY_ROSTER, { type: 'remove', id: 'a' }, 8)).toEqual({ verdict: 'done' })
  })

  it('leaves every quorum before it with a member of every quorum after it (section 4.1)', () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const subsets = (list: readonly string[]): readonly (readonly string[])[] =>
      list.reduce<readonly (readonly string[])[]>((all, one) => [...all, ...all.map(some => [...some, one])], [[]])
    for (let size = 1; size <= 4; size++) {
      const before = rosterOf({ voters: names.slice(0, size), learners: [names[size] ?? ''] })
      const changes = [
        { type: 'promote', id: names[size] ?? '' } as const,
        ...names.slice(0, size).map(id => ({ type: 'remove', id }) as const),
      ]
      for (const change of changes) {
        const after = changeRoster(before, change, 9)
        if (after.verdict !== 'change') continue
        const quorums = (of: typeof before) => subsets(names).filter(some => isQuorum(of, id => some.includes(id)))
        for (const one of quorums(before))
          for (const other of quorums(after.roster)) expect(one.some(id => other.includes(id))).toBe(true)
      }
    }
  })
})

describe('a leader may begin a change', () => {
  it.each([
    [true, 'the last has committed, and an entry of its own term', 5, 9, 8],
    [true, 'its own first entry is what has committed last', 5, 8, 8],
    [false, 'nothing of its own term has committed (the single-server bug of 2015)', 5, 7, 8],
    [false, 'another is uncommitted', 10, 9, 8],
  ])('%p: %s', (may, _, index, committed, firstOfTerm) => {
    expect(mayChange(rosterOf({ index, voters: ['a'] }), committed, firstOfTerm)).toBe(may)
  })
})
