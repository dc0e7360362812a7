import { encodeEntries } from '../../../streams/contracts/entry-codec'
import { Bench, HEARTBEAT, T } from './bench'
import { chunkOf } from './logs'

let bench: Bench
const candidate = (...options: ConstructorParameters<typeof Bench>): Bench => {
  bench = new Bench(...options)
  for (let ms = 0; bench.role !== 'candidate' && ms < 2 * T; ms++) bench.pass(1)
  return bench
}
afterEach(() => bench.stop())

describe('a candidate', () => {
  it('asks first how an election would go, and neither raises its term nor votes for that', () => {
    candidate({ log: [1, 1] })
    const ballot = { type: 'request-vote', term: 2, pre: true, transfer: false, lastIndex: 2, lastTerm: 1 }
    expect(bench.said('request-vote')).toMatchObject([
      { to: 'b', ...ballot },
      { to: 'c', ...ballot },
    ])
    expect([bench.term, bench.disk.termAndVote]).toEqual([1, { term: 1, vote: undefined }])
  })

  it('raises no term for as long as nobody answers', () => {
    candidate({ log: [1] }).pass(50 * T)
    expect([bench.term, bench.role]).toEqual([1, 'candidate'])
    expect(bench.disk.termAndVote).toEqual({ term: 1, vote: undefined })
  })

  it('asks those again who have not answered, every heartbeat', () => {
    candidate({ log: [1] })
    bench.said()
    expect(bench.pass(HEARTBEAT).said('request-vote')).toMatchObject([{ to: 'b' }, { to: 'c' }])
    bench.vote('b', { term: 2, pre: true, reason: 'log-behind' })
    expect(bench.pass(HEARTBEAT).said('request-vote')).toMatchObject([{ to: 'c' }])
  })

  it('asks for votes once its own is on its disk, and leads by a quorum of them', () => {
    candidate({ log: [1, 1], diskMs: 5 })
    bench.said()
    bench.vote('c', { term: 2, pre: true }).pass(4)
    expect(bench.said()).toEqual([])
    bench.pass(1)
    expect(bench.disk.termAndVote).toEqual({ term: 2, vote: 'a'.repeat(32) })
    expect(bench.said('request-vote')).toMatchObject([
      { to: 'b', term: 2, pre: false },
      { to: 'c', term: 2, pre: false },
    ])
    bench.vote('b', { term: 2 })
    expect([bench.role, bench.term]).toEqual(['leader', 2])
    expect(bench.log).toEqual([1, 1, 2])
  })

  it('counts nobody twice, and no votes that were for another term or only pre-votes', () => {
    candidate({ voters: 'abcde', log: [1] })
    bench.vote('b', { term: 2, pre: true }).vote('c', { term: 2, pre: true }).pass(1)
    expect(bench.term).toBe(2)
    bench.vote('b', { term: 2 }).vote('b', { term: 2 }).vote('c', { term: 2, pre: true, own: 2 })
    bench.vote('d', { term: 1, own: 2 }).vote('e', { term: 2, reason: 'voted' })
    expect(bench.role).toBe('candidate')
    bench.vote('c', { term: 2 })
    expect(bench.role).toBe('leader')
  })

  it('counts nobody who has no vote in its roster', () => {
    candidate({ voters: 'abc', learners: 'd', log: [1] })
    bench.vote('d', { term: 2, pre: true }).vote('e', { term: 2, pre: true }).pass(1)
    expect([bench.role, bench.term]).toEqual(['candidate', 1])
  })

  it('gives way to a higher term in an answer', () => {
    candidate({ log: [1] }).vote('b', { term: 2, pre: true, reason: 'stale-term', own: 8 })
    expect([bench.role, bench.term]).toEqual(['follower', 8])
    expect(bench.pass(1).disk.termAndVote).toEqual({ term: 8, vote: undefined })
  })

  it('follows who has won its term, by the very message that tells', () => {
    candidate({ log: [1, 1] })
      .vote('b', { term: 2, pre: true })
      .pass(1)
    bench.said()
    bench.append('c', { term: 2, previous: [2, 1], terms: [2] }).pass(1)
    expect([bench.role, bench.replica.standing.leader?.address]).toEqual(['follower', 'c:1'])
    expect(bench.said('append-reply')).toMatchObject([{ to: 'c', match: 3, fits: true }])
    // the vote that it has cast for itself in that term stays cast
    expect(bench.ballot('b', { term: 2 }).said('vote-reply')).toMatchObject([{ reason: 'voted' }])
  })

  it('begins anew after another draw when nobody wins', () => {
    candidate({ log: [1] })
      .vote('b', { term: 2, pre: true })
      .pass(1)
    expect(bench.term).toBe(2)
    bench.pass(2 * T)
    expect(bench.role).toBe('candidate')
    expect(bench.said('request-vote').at(-1)).toMatchObject({ term: 3, pre: true })
    expect(bench.term).toBe(2)
  })

  it('that is a quorum alone needs nobody, but its disk', () => {
    bench = new Bench({ voters: 'a', log: [1], diskMs: 5 })
    expect(bench.pass(4).role).toBe('candidate')
    expect(bench.pass(1).role).toBe('leader')
    expect(bench.disk.termAndVote).toEqual({ term: 2, vote: 'a'.repeat(32) })
  })

  it('asks nobody who only learns', () => {
    candidate({ voters: 'abc', learners: 'd', log: [1] })
    const asked = bench.pass(3 * HEARTBEAT).said('request-vote')
    expect([...new Set(asked.map(({ to }) => to))]).toEqual(['b', 'c'])
  })

  it('has voted for itself in its term, and answers pre-votes of others all the same', () => {
    candidate({ log: [1] })
      .vote('b', { term: 2, pre: true })
      .pass(1)
    bench.said()
    expect(bench.ballot('b', { term: 2 }).said()).toMatchObject([{ to: 'b', reason: 'voted', term: 2 }])
    expect(bench.ballot('c', { term: 3, pre: true }).said()).toMatchObject([{ to: 'c', reason: 'granted', term: 2 }])
    expect([bench.role, bench.term]).toEqual(['candidate', 2])
  })

  it('follows who sends a snapshot in its term, too', () => {
    candidate({ log: [1] })
      .vote('b', { term: 2, pre: true })
      .pass(1)
    bench.hear('c', chunkOf({ term: 2, index: 50 })).pass(1)
    expect([bench.role, bench.term, bench.replica.standing.leader?.address]).toEqual(['follower', 2, 'c:1'])
    expect(bench.said('snapshot-reply')).toMatchObject([{ to: 'c', index: 50, offset: 1, installed: false }])
  })

  it('leads nobody, and says so to those who ask', () => {
    candidate({ log: [1] }).said()
    expect(bench.hear('c', { type: 'read-index', id: 'r-1' }).said()).toMatchObject([{ to: 'c', confirmed: false }])
    const propose = { type: 'propose', id: 'r-2', entries: encodeEntries([]) }
    expect(bench.hear('c', propose).said()).toMatchObject([{ to: 'c', id: 'r-2', verdict: 'not-leader' }])
  })
})
