import { Bench, T } from './bench'
import { chunkOf } from './logs'

let bench: Bench
const on = (...options: ConstructorParameters<typeof Bench>): Bench => (bench = new Bench(...options))
afterEach(() => bench.stop())

/** When a follower stands that hears nothing at all. */
const standsAt = (options: ConstructorParameters<typeof Bench>[0]): number => {
  on(options)
  while (bench.role === 'follower' && bench.clock.now() < 10 * T) bench.pass(1)
  bench.stop()
  return bench.clock.now()
}

describe('a follower’s patience', () => {
  it('is at least the timeout, and less than twice of it', () => {
    const at = standsAt({ log: [1] })
    expect(at).toBeGreaterThanOrEqual(T)
    expect(at).toBeLessThanOrEqual(2 * T)
  })

  it.each([
    ['a heartbeat', () => bench.append('b', { term: 1 })],
    ['a chunk of a snapshot', () => bench.hear('b', chunkOf({ term: 1, index: 50 }))],
    ['a vote that it casts', () => bench.ballot('b', { term: 1, last: [1, 1] })],
  ])('begins anew with %s', (_, hear) => {
    const at = standsAt({ log: [1] })
    on({ log: [1] }).pass(at - 1)
    hear()
    expect(bench.pass(T - 1).role).toBe('follower')
    expect(bench.pass(T + 1).role).toBe('candidate')
  })

  it.each([
    ['a vote that it refuses', () => bench.ballot('b', { term: 1, last: [0, 0] })],
    ['a pre-vote', () => bench.ballot('b', { term: 2, pre: true })],
    ['a leader of an older term', () => bench.append('b', { term: 1 })],
    ['another’s question', () => bench.hear('b', { type: 'read-index', id: 'r-1' })],
  ])('is not begun anew by %s', (_, hear) => {
    const options = { log: [1, 1], term: 3 }
    const at = standsAt(options)
    on(options).pass(at - 1)
    hear()
    expect(bench.pass(1).role).toBe('candidate')
  })
})

describe('a learner', () => {
  const learner = (): Bench => on({ voters: 'bc', learners: 'a', log: [1] })

  it('is told to stand in vain', () => {
    learner().append('b', { term: 1, previous: [1, 1] })
    bench.said()
    bench.hear('b', { type: 'timeout-now', term: 1 }).pass(1)
    expect([bench.role, bench.term, bench.said()]).toEqual(['follower', 1, []])
  })

  it('that hears nothing for a timeout has no leader any more, and has one again when it hears', () => {
    learner().append('b', { term: 1, previous: [1, 1] })
    expect(bench.replica.standing.leader?.address).toBe('b:1')
    bench.pass(2 * T)
    expect([bench.replica.standing.leader, bench.member.views.now.leader]).toEqual([undefined, undefined])
    bench.append('c', { term: 2, previous: [1, 1] })
    expect(bench.member.views.now.leader).toMatchObject({ address: 'c:1' })
  })

  it('votes all the same when it is asked: what counts is the roster of who asks (section 4.1)', () => {
    expect(learner().ballot('b', { term: 2 }).pass(1).said()).toMatchObject([{ to: 'b', reason: 'granted' }])
  })
})

describe('what a member of an older term is told', () => {
  const empty = { rosterIndex: 0, isMember: false }
  it.each([
    [
      'for a vote',
      { type: 'request-vote', pre: false, transfer: false, lastIndex: 9, lastTerm: 9 },
      'vote-reply',
      empty,
    ],
    ['a snapshot', chunkOf({ term: 0, index: 50, incarnation: 4 }), 'append-reply', { incarnation: 4, fits: false }],
  ])('when it asks %s is the newer term, and nothing comes of it', (_, message, type, more) => {
    on({ log: [1], term: 6 }).hear('b', { ...message, term: 5 })
    expect(bench.said()).toMatchObject([{ to: 'b', type, term: 6, ...more }])
    expect([bench.term, bench.replica.standing.vote, bench.replica.standing.leader]).toEqual([6, undefined, undefined])
  })

  it('is nothing where it only answers', () => {
    on({ log: [1], term: 6 })
      .acknowledge('b', { term: 5, match: 1 })
      .vote('b', { term: 5 })
    expect([bench.said(), bench.role]).toEqual([[], 'follower'])
  })
})
