import { Bench, T } from './bench'

let bench: Bench
const on = (...options: ConstructorParameters<typeof Bench>): Bench => (bench = new Bench(...options))
afterEach(() => bench.stop())

const endings = (): unknown[] => {
  const seen: unknown[] = []
  bench.member.ended$.subscribe(ending => seen.push(ending))
  return seen
}
/** What `b` says of the membership of who has asked it, as of a committed roster. */
const hint = (isMember: boolean, rosterIndex: number): Bench =>
  bench
    .hear('b', { type: 'vote-reply', term: 1, forTerm: 2, pre: true, reason: 'hears-leader', rosterIndex, isMember })
    .pass(1)

describe('a member that is told that it is none', () => {
  it('believes it of a committed roster newer than its own', () => {
    on({ log: [1, 1, 1] })
    const seen = endings()
    hint(false, 2)
    expect(seen).toEqual([{ type: 'removed', rosterIndex: 2 }])
  })

  it('believes it of no roster that is not newer, for who was just added may not be known everywhere', () => {
    on({ log: [1, 1, 1] })
    const seen = endings()
    hint(false, 0)
    hint(false, 1)
    hint(true, 9)
    expect([seen, bench.role]).toEqual([[], 'follower'])
  })

  it('learns it as a learner that hears nobody any more and asks', () => {
    on({ voters: 'bc', learners: 'a', log: [1] }).pass(2 * T)
    expect(bench.said('request-vote')).toMatchObject([{ to: 'b', pre: true }, { to: 'c', pre: true }]) // prettier-ignore
    const seen = endings()
    hint(false, 5)
    expect(seen).toEqual([{ type: 'removed', rosterIndex: 5 }])
  })
})

describe('what a member says of others that ask for votes', () => {
  it('is whether its committed roster has them, and which that is', () => {
    on({ log: [1, 1] })
    // nothing is known to have committed yet
    expect(bench.ballot('b', { term: 2, pre: true }).said()).toMatchObject([{ rosterIndex: 0, isMember: false }])
    bench.append('c', { term: 1, previous: [2, 1], commit: 2 }).pass(1)
    bench.said()
    expect(bench.ballot('b', { term: 2, pre: true }).said()).toMatchObject([{ rosterIndex: 1, isMember: true }])
    expect(bench.ballot('e', { term: 2, pre: true }).said()).toMatchObject([{ rosterIndex: 1, isMember: false }])
  })
})
