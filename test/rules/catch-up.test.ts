import { catchUp, type CatchUp } from '../../streams/rules/catch-up'

const T = 100

/** How a learner is seen at some times: what it holds, and where the leader's log ends. */
const follow = (seen: readonly (readonly [now: number, match: number, last: number])[]): readonly boolean[] => {
  let round: CatchUp | undefined
  return seen.map(([now, match, last]) => {
    const step = catchUp(round, match, last, now, T)
    round = step.round
    return step.caughtUp
  })
}

describe('a learner', () => {
  it('has caught up when a round took less than an election timeout', () => {
    expect(follow([[0, 0, 50], [99, 50, 80]])).toEqual([false, true]) // prettier-ignore
  })

  it('has not while it lacks what the leader had when the round began', () => {
    expect(follow([[0, 0, 50], [10, 49, 50], [20, 49, 60]])).toEqual([false, false, false]) // prettier-ignore
  })

  it('needs another round when one took too long and more has come meanwhile', () => {
    const seen = [[0, 0, 50], [100, 50, 80], [150, 79, 90], [199, 80, 95]] as const // prettier-ignore
    expect(follow(seen)).toEqual([false, false, false, true])
  })

  it('has caught up after a slow round too, when it holds all by then', () => {
    expect(follow([[0, 0, 50], [5000, 50, 50]])).toEqual([false, true]) // prettier-ignore
  })

  it('that has all at first sight has caught up at once', () => {
    expect(follow([[0, 50, 50]])).toEqual([true])
    expect(follow([[0, 0, 0]])).toEqual([true])
  })

  it('which is for ever slower than the log grows is never promoted', () => {
    const seen = Array.from({ length: 50 }, (_, at) => [at * T, at * 10, at * 10 + 30] as const)
    expect(follow(seen)).not.toContain(true)
  })
})
