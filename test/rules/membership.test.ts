import { changeRoster, leaveJoint, mayChange, mustLeaveJoint, type RosterStep } from '../../streams/rules/membership'
import { EMPTY_ROSTER, type Roster } from '../../streams/rules/roster'
import { isQuorum } from '../../streams/rules/quorum'
import { memberOf, rosterOf } from './rosters'

const roster = rosterOf({ voters: ['a', 'b'], learners: ['l'] })
const change = (from: Roster, index: number, ...steps: readonly RosterStep[]) => changeRoster(from, { steps }, index)
const changed = (from: Roster, index: number, ...steps: readonly RosterStep[]): Roster => {
  const verdict = change(from, index, ...steps)
  if (verdict.verdict !== 'change') throw new Error(verdict.verdict)
  return verdict.roster
}

describe('a change of the roster', () => {
  it('adds a learner, whose incarnation is the index of the entry', () => {
    expect(changed(roster, 7, { type: 'add', id: 'c', address: 'c:1' })).toEqual({
      ...{ ...roster, index: 7, learners: [memberOf('l'), memberOf('c', 7)] },
    })
  })

  it('adds one that stays a learner until it is promoted', () => {
    const grown = changed(roster, 7, { type: 'add', id: 'c', address: 'c:1', asLearner: true })
    expect(grown.learners[1]).toEqual({ ...memberOf('c', 7), staysLearner: true })
    expect(changed(grown, 8, { type: 'promote', id: 'c' }).voters[2]).toEqual(memberOf('c', 7))
  })

  it('adds a member that was removed as another incarnation', () => {
    const removed = changed(roster, 5, { type: 'remove', id: 'l' })
    expect(changed(removed, 9, { type: 'add', id: 'l', address: 'l:1' }).learners).toEqual([memberOf('l', 9)])
  })

  it.each(['a', 'l'])('has been made already where %s is a member', id => {
    expect(change(roster, 7, { type: 'add', id, address: 'elsewhere:1' })).toEqual({ verdict: 'done' })
  })

  it.each(['a', 'l'])('refuses the address of %s to another, and names who has it', id => {
    const refused = { verdict: 'address-taken', by: id }
    expect(change(roster, 7, { type: 'add', id: 'c', address: `${id}:1` })).toEqual(refused)
    expect(change(roster, 7, { type: 'move', id: 'b', address: `${id}:1` })).toEqual(refused)
  })

  it('refuses the address of one that is on its way out of a joint roster', () => {
    const joint = rosterOf({ voters: ['a'], outgoing: ['o'] })
    expect(change(joint, 7, { type: 'add', id: 'c', address: 'o:1' })).toEqual({ verdict: 'address-taken', by: 'o' })
  })

  it('promotes a learner, which keeps its incarnation', () => {
    const grown = { ...roster, index: 8, voters: [...roster.voters, memberOf('l')], learners: [] }
    expect(changed(roster, 8, { type: 'promote', id: 'l' })).toEqual(grown)
    expect(change(grown, 9, { type: 'promote', id: 'l' })).toEqual({ verdict: 'done' })
  })

  it('demotes a voter, which stays a learner', () => {
    const shrunk = changed(roster, 8, { type: 'demote', id: 'b' })
    expect([shrunk.voters, shrunk.learners[1]]).toEqual([[memberOf('a')], { ...memberOf('b'), staysLearner: true }])
    expect(change(shrunk, 9, { type: 'demote', id: 'b' })).toEqual({ verdict: 'done' })
  })

  it('moves a member to another address, in the same incarnation', () => {
    const moved = changed(roster, 8, { type: 'move', id: 'l', address: 'x:2' })
    expect(moved.learners).toEqual([{ ...memberOf('l'), address: 'x:2' }])
    expect(change(moved, 9, { type: 'move', id: 'l', address: 'x:2' })).toEqual({ verdict: 'done' })
  })

  it('prefers some as leader', () => {
    const preferring = changed(roster, 8, { type: 'prefer', id: 'b', priority: 2 })
    expect(preferring.voters[1]).toEqual({ ...memberOf('b'), priority: 2 })
    expect(change(roster, 8, { type: 'prefer', id: 'b', priority: 0 })).toEqual({ verdict: 'done' })
  })

  it('settles anew what all agree on', () => {
    const settings = { ...roster.settings, leaseMs: 300 }
    const settled = changed(roster, 8, { type: 'settle', settings: { leaseMs: 300 } })
    expect(settled).toEqual({ ...roster, index: 8, settings })
    expect(change(settled, 9, { type: 'settle', settings: { leaseMs: 300 } })).toEqual({ verdict: 'done' })
  })

  it('raises the version of what is replicated, and never lowers it', () => {
    const at = (version?: number): Roster => ({
      ...roster,
      settings: { ...roster.settings, ...(version !== undefined && { version }) },
    })
    const settle = (from: Roster, version: number) => change(from, 8, { type: 'settle', settings: { version } })
    expect(settle(at(), 1)).toEqual({ verdict: 'done' })
    expect(settle(at(), 2)).toEqual({ verdict: 'change', roster: { ...at(2), index: 8 } })
    expect(settle(at(2), 2)).toEqual({ verdict: 'done' })
    expect(settle(at(2), 1)).toEqual({ verdict: 'older-version' })
  })

  it.each(['promote', 'demote'] as const)('can’t %s who is no member', type => {
    expect(change(roster, 8, { type, id: 'x' })).toEqual({ verdict: 'not-member', id: 'x' })
  })

  it.each([
    [
      [
        { type: 'remove', id: 'b' },
        { type: 'add', id: 'b', address: 'b:1' },
      ],
    ],
    [
      [
        { type: 'add', id: 'x', address: 'x:1' },
        { type: 'promote', id: 'x' },
      ],
    ],
    [
      [
        { type: 'promote', id: 'l' },
        { type: 'demote', id: 'l' },
      ],
    ],
    [
      [
        { type: 'move', id: 'b', address: 'x:1' },
        { type: 'move', id: 'b', address: 'y:1' },
      ],
    ],
  ] as readonly (readonly RosterStep[])[][])(
    'contradicts itself where of one member two things are to become: %j',
    steps => {
      expect(change(roster, 8, ...steps)).toEqual({ verdict: 'contradiction' })
    },
  )

  it('contradicts itself where whom it prefers is to be none any more: asked for again it would not be done', () => {
    const steps: readonly RosterStep[] = [
      { type: 'prefer', id: 'b', priority: 2 },
      { type: 'remove', id: 'b' },
    ]
    for (const order of [steps, [...steps].reverse()])
      expect(change(roster, 8, ...order)).toEqual({ verdict: 'contradiction' })
  })

  it('that is made is done when it is asked for again, whatever it is of', () => {
    const steps: readonly RosterStep[] = [
      { type: 'remove', id: 'b' },
      { type: 'promote', id: 'l' },
      { type: 'add', id: 'x', address: 'b:1' },
      { type: 'prefer', id: 'a', priority: 1 },
      { type: 'prefer', id: 'a', priority: 2 },
      { type: 'settle', settings: { leaseMs: 5 } },
    ]
    expect(change(leaveJoint(changed(roster, 8, ...steps), 9), 10, ...steps)).toEqual({ verdict: 'done' })
  })

  it('removes a voter or a learner, and nobody twice', () => {
    expect(changed(roster, 8, { type: 'remove', id: 'b' })).toEqual({ ...roster, index: 8, voters: [memberOf('a')] })
    expect(changed(roster, 8, { type: 'remove', id: 'l' })).toMatchObject({ index: 8, learners: [] })
    expect(change(roster, 8, { type: 'remove', id: 'x' })).toEqual({ verdict: 'done' })
  })

  it('never removes the last voter, whoever learns', () => {
    const last = rosterOf({ voters: ['a'], learners: ['l'] })
    for (const type of ['remove', 'demote'] as const)
      expect(change(last, 8, { type, id: 'a' })).toEqual({ verdict: 'last-voter' })
    expect(change(EMPTY_ROSTER, 8, { type: 'remove', id: 'a' })).toEqual({ verdict: 'done' })
  })

  it('is made of the roster that it was meant for, and of no other', () => {
    const steps = [{ type: 'remove', id: 'b' }] as const
    expect(changeRoster({ ...roster, index: 3 }, { steps, ifIndex: 3 }, 8)).toMatchObject({ verdict: 'change' })
    expect(changeRoster({ ...roster, index: 4 }, { steps, ifIndex: 3 }, 8)).toEqual({ verdict: 'conflict' })
    expect(changeRoster(rosterOf({ voters: ['a'], index: 4 }), { steps, ifIndex: 3 }, 8)).toEqual({ verdict: 'done' })
  })
})

describe('a change of several voters at once', () => {
  const three = rosterOf({ voters: ['a', 'b', 'c'], learners: ['l'] })
  const replaced = changed(three, 8, { type: 'remove', id: 'c' }, { type: 'promote', id: 'l' })

  it('is joint: the voters of before decide with the new ones (section 4.3)', () => {
    const [a, b, c, l] = ['a', 'b', 'c', 'l'].map(id => memberOf(id))
    expect(replaced).toEqual({ ...three, index: 8, voters: [a, b, l], outgoing: [a, b, c], learners: [] })
  })

  it('ends with the new ones alone', () => {
    const ended = leaveJoint(replaced, 9)
    expect(ended).toEqual({ ...replaced, index: 9, outgoing: [] })
  })

  it('and may wait for nothing else: whoever leads ends it once it has committed, and begins no other before', () => {
    const at = (committed: number, firstOfTerm: number, joint = replaced) => [
      mustLeaveJoint(joint, committed, firstOfTerm),
      mayChange(joint, committed, firstOfTerm),
    ]
    expect([at(7, 5), at(8, 5), at(8, 9), at(9, 9)]).toEqual([
      [false, false],
      [true, false],
      [false, false],
      [true, false],
    ])
    expect(at(9, 5, leaveJoint(replaced, 9))).toEqual([false, true])
  })
})

const NAMES = ['a', 'b', 'c', 'd', 'e']
const SUBSETS = NAMES.reduce<readonly (readonly string[])[]>(
  (all, one) => [...all, ...all.map(some => [...some, one])],
  [[]],
)
const quorums = (of: Roster) => SUBSETS.filter(some => isQuorum(of, id => some.includes(id)))
const meet = (one: Roster, other: Roster): boolean =>
  quorums(one).every(some => quorums(other).every(others => some.some(id => others.includes(id))))

it('every quorum before a change has a member of every quorum after it, whatever changes (sections 4.1, 4.3)', () => {
  const sets = SUBSETS.filter(some => some.length > 0)
  for (const before of sets)
    for (const after of sets) {
      const learners = after.filter(id => !before.includes(id))
      const steps: readonly RosterStep[] = [
        ...before.filter(id => !after.includes(id)).map(id => ({ type: 'remove', id }) as const),
        ...learners.map(id => ({ type: 'promote', id }) as const),
      ]
      const from = rosterOf({ voters: before, learners })
      const verdict = change(from, 9, ...steps)
      if (verdict.verdict !== 'change') continue
      expect([before, after, meet(from, verdict.roster)]).toEqual([before, after, true])
      expect([before, after, meet(verdict.roster, leaveJoint(verdict.roster, 10))]).toEqual([before, after, true])
    }
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
