import {
  isDisruption,
  isUpToDate,
  judgeBallot,
  type Ballot,
  type Voter,
  type VoteReason,
} from '../../streams/rules/vote'

const LOGS = { behind: { index: 9, term: 3 }, equal: { index: 5, term: 4 }, ahead: { index: 6, term: 4 } }
const TERMS = { older: 6, same: 7, newer: 8 }

interface Case {
  readonly asks: keyof typeof TERMS
  readonly voted: 'nobody' | 'candidate' | 'other'
  readonly log: keyof typeof LOGS
  readonly hearsLeader: boolean
  readonly hasPromised: boolean
  readonly pre: boolean
  readonly transfer: boolean
}

const VOTES = { nobody: undefined, candidate: 'c', other: 'o' }
const voterOf = ({ voted, hearsLeader, hasPromised }: Case): Voter => {
  return { term: TERMS.same, vote: VOTES[voted], last: LOGS.equal, hearsLeader, hasPromised }
}
const ballotOf = ({ asks, log, pre, transfer }: Case): Ballot => {
  return { candidate: 'c', term: TERMS[asks], last: LOGS[log], pre, transfer }
}
const judge = (one: Case): VoteReason => judgeBallot(voterOf(one), ballotOf(one))

const bools = [false, true]
const CASES: readonly Case[] = (['older', 'same', 'newer'] as const).flatMap(asks =>
  (['nobody', 'candidate', 'other'] as const).flatMap(voted =>
    (['behind', 'equal', 'ahead'] as const).flatMap(log =>
      bools.flatMap(hearsLeader =>
        bools.flatMap(hasPromised =>
          bools.flatMap(pre => bools.map(transfer => ({ asks, voted, log, hearsLeader, hasPromised, pre, transfer }))),
        ),
      ),
    ),
  ),
)

const unheard = { hearsLeader: false, hasPromised: false }
const plain: Case = { asks: 'same', voted: 'nobody', log: 'equal', ...unheard, pre: false, transfer: false }

describe('a ballot', () => {
  test.each<[string, Partial<Case>, VoteReason]>([
    ['a free voter grants', {}, 'granted'],
    ['a candidate that is ahead gets it', { log: 'ahead' }, 'granted'],
    ['one whose log is behind does not', { log: 'behind' }, 'log-behind'],
    ['asking again gets the same vote', { voted: 'candidate' }, 'granted'],
    ['a second candidate of a term gets none', { voted: 'other', log: 'ahead' }, 'voted'],
    ['a vote of an older term binds no more', { asks: 'newer', voted: 'other' }, 'granted'],
    ['an older term gets nothing', { asks: 'older', log: 'ahead' }, 'stale-term'],
    ['who hears a leader keeps it', { asks: 'newer', hearsLeader: true }, 'hears-leader'],
    ['unless the leader hands over', { asks: 'newer', hearsLeader: true, transfer: true }, 'granted'],
    ['a rival in the term of a leader is told of the vote', { hearsLeader: true, voted: 'other' }, 'voted'],
    [
      'a pre-vote for the next term is granted, whoever has the vote',
      { asks: 'newer', pre: true, voted: 'other' },
      'granted',
    ],
    ['one that could not be won is not', { pre: true }, 'stale-term'],
    ['one from a log behind is not', { asks: 'newer', pre: true, log: 'behind' }, 'log-behind'],
    ['nor one while a leader is heard', { asks: 'newer', pre: true, hearsLeader: true }, 'hears-leader'],
    ['a stale pre-vote disrupts as well', { asks: 'older', pre: true, hearsLeader: true }, 'hears-leader'],
    ['who has promised a lease keeps it in its own term too', { hasPromised: true }, 'hears-leader'],
    ['also where it has voted already', { hasPromised: true, voted: 'candidate' }, 'hears-leader'],
    ['and in newer ones', { asks: 'newer', hasPromised: true }, 'hears-leader'],
    ['unless its leader has given the lease up', { asks: 'newer', hasPromised: true, transfer: true }, 'granted'],
  ])('%s', (_name, change, expected) => expect(judge({ ...plain, ...change })).toBe(expected))

  test('in every case of the table, is granted just where all the sections allow it', () => {
    expect(CASES).toHaveLength(432)
    for (const one of CASES) {
      const { asks, voted, log, hearsLeader, hasPromised, pre, transfer } = one
      const forTerm = pre ? asks === 'newer' : asks !== 'older'
      const free = pre || asks === 'newer' || voted !== 'other'
      const undisturbed = transfer || (!hasPromised && (!hearsLeader || (!pre && asks !== 'newer')))
      expect([one, judge(one) === 'granted']).toEqual([one, forTerm && free && log !== 'behind' && undisturbed])
    }
  })

  test('in every case without a promise, is ignored for the leader just where it is disruption', () => {
    for (const one of CASES.filter(({ hasPromised }) => !hasPromised))
      expect([one, isDisruption(voterOf(one), ballotOf(one))]).toEqual([one, judge(one) === 'hears-leader'])
  })

  test('of one term is granted to one candidate at most, whatever was asked before', () => {
    for (const one of CASES.filter(({ pre }) => !pre)) {
      if (judge(one) !== 'granted') continue
      const bound = { ...voterOf(one), term: TERMS[one.asks], vote: 'c' }
      const rival = { ...ballotOf(one), candidate: 'r', last: LOGS.ahead }
      expect(judgeBallot(bound, rival)).not.toBe('granted')
    }
  })
})

test.each([
  [{ index: 1, term: 5 }, { index: 9, term: 4 }, true],
  [{ index: 9, term: 4 }, { index: 1, term: 5 }, false],
  [{ index: 3, term: 4 }, { index: 3, term: 4 }, true],
  [{ index: 4, term: 4 }, { index: 3, term: 4 }, true],
  [{ index: 2, term: 4 }, { index: 3, term: 4 }, false],
])('isUpToDate: the later term first, then the longer log: %j against %j', (last, than, expected) =>
  expect(isUpToDate(last, than)).toBe(expected),
)
