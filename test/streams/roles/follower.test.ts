import { encodeSteps } from '../../../streams/contracts/change-codec'
import { encodeEntries } from '../../../streams/contracts/entry-codec'
import { Bench, HEARTBEAT, T } from './bench'
import { chunkOf } from './logs'

let bench: Bench
const on = (...options: ConstructorParameters<typeof Bench>): Bench => (bench = new Bench(...options))
afterEach(() => bench.stop())

describe('a follower that is asked for its vote', () => {
  it('grants one a term, and says so once that is on its disk', () => {
    on({ log: [1, 1], diskMs: 10 })
      .ballot('b', { term: 2 })
      .pass(9)
    expect(bench.said()).toEqual([])
    expect(bench.disk.termAndVote).toEqual({ term: 1, vote: undefined })
    bench.pass(1)
    expect(bench.disk.termAndVote).toEqual({ term: 2, vote: 'b'.repeat(32) })
    const granted = { to: 'b', type: 'vote-reply', term: 2, forTerm: 2, pre: false, reason: 'granted' }
    expect(bench.said()).toMatchObject([granted])
    expect(bench.ballot('c', { term: 2 }).said()).toMatchObject([{ ...granted, to: 'c', reason: 'voted' }])
    expect(bench.ballot('b', { term: 2 }).said()).toMatchObject([granted])
  })

  it('keeps to a vote that it cast before it was started', () => {
    on({ log: [1], term: 4, vote: 'c' })
    expect(bench.ballot('b', { term: 4 }).said()).toMatchObject([{ to: 'b', reason: 'voted' }])
    expect(bench.ballot('c', { term: 4 }).said()).toMatchObject([{ to: 'c', reason: 'granted' }])
  })

  it.each([
    ['shorter in the same term', [2, 2], 'log-behind'],
    ['longer in an older term', [9, 1], 'log-behind'],
    ['as long in the same term', [3, 2], 'granted'],
    ['shorter in a newer term', [1, 3], 'granted'],
  ] as const)('looks at the log of a candidate that is %s', (_, last, reason) => {
    on({ log: [1, 2, 2], term: 3 })
    expect(bench.ballot('b', { term: 4, last }).said()).toMatchObject([{ to: 'b', term: 4, reason }])
    expect(bench.term).toBe(4)
  })

  it('refuses while it hears a leader, keeps its term, and grants once it has not for a timeout', () => {
    on({ log: [1] }).append('b', { term: 2 })
    bench.said()
    expect(bench.ballot('c', { term: 9 }).said()).toMatchObject([{ to: 'c', reason: 'hears-leader', term: 2 }])
    expect(bench.term).toBe(2)
    bench.pass(T - 1)
    expect(bench.ballot('c', { term: 9 }).said('vote-reply')).toMatchObject([{ reason: 'hears-leader' }])
    bench.pass(1)
    expect(bench.ballot('c', { term: 9 }).said('vote-reply')).toMatchObject([{ reason: 'granted', term: 9 }])
  })

  it('grants while it hears a leader to whom that leader hands over', () => {
    on({ log: [1] }).append('b', { term: 2 })
    bench.said()
    expect(bench.ballot('c', { term: 3, transfer: true }).said()).toMatchObject([{ reason: 'granted', term: 3 }])
  })

  it('promises nothing by a pre-vote', () => {
    on({ log: [1] })
    for (const from of ['b', 'c', 'b'])
      expect(bench.ballot(from, { term: 7, pre: true }).said()).toMatchObject([
        { to: from, reason: 'granted', term: 1 },
      ])
    expect(bench.pass(10).disk.termAndVote).toEqual({ term: 1, vote: undefined })
    expect(bench.term).toBe(1)
  })

  it('tells a higher term to who asks for a lower, in a pre-vote too', () => {
    on({ log: [1], term: 7 })
    const stale = { to: 'b', type: 'vote-reply', term: 7, reason: 'stale-term' }
    expect(bench.ballot('b', { term: 5, pre: true }).said()).toMatchObject([{ ...stale, pre: true }])
    expect(bench.ballot('b', { term: 7, pre: true }).said()).toMatchObject([{ ...stale, pre: true }])
    expect(bench.ballot('b', { term: 6 }).said()).toMatchObject([{ ...stale, pre: false }])
  })
})

describe('a follower that hears its leader', () => {
  it('acknowledges new entries once they are on its disk, and not before', () => {
    on({ log: [1, 1], diskMs: 10 })
      .append('b', { term: 1, previous: [2, 1], terms: [1, 1] })
      .pass(9)
    expect(bench.said()).toEqual([])
    bench.pass(1)
    expect(bench.said()).toMatchObject([{ to: 'b', type: 'append-reply', match: 4, verified: 4, fits: true }])
  })

  it('acknowledges no more than what a message has verified, whatever else it holds', () => {
    on({ log: [1, 1, 1, 1, 1] }).append('b', { term: 1, previous: [2, 1] })
    expect(bench.pass(1).said()).toMatchObject([{ match: 2, verified: 2, fits: true }])
    bench.append('b', { term: 1, previous: [0, 0] })
    expect(bench.said()).toMatchObject([{ match: 2, verified: 2, fits: true }])
  })

  it('commits no more than what a message has verified, whatever the leader has', () => {
    on({ log: [1, 1, 1, 1, 1] }).append('b', { term: 2, previous: [2, 1], commit: 5 })
    expect(bench.replica.commit).toBe(2)
    bench.append('b', { term: 2, previous: [2, 1], terms: [1], commit: 9 })
    expect(bench.replica.commit).toBe(3)
    bench.append('b', { term: 2, previous: [1, 1], commit: 1 })
    expect(bench.replica.commit).toBe(3)
  })

  it('keeps what it has when an old and short message comes late', () => {
    on({ log: [1, 1, 1, 1, 1] }).append('b', { term: 1, previous: [1, 1], terms: [1] })
    expect(bench.pass(1).log).toEqual([1, 1, 1, 1, 1])
    expect(bench.disk.log.last.index).toBe(5)
  })

  it('drops what conflicts, and all that follows it', () => {
    on({ log: [1, 1, 2, 2, 2] }).append('b', { term: 3, previous: [2, 1], terms: [3] })
    expect(bench.log).toEqual([1, 1, 3])
    expect(bench.pass(1).disk.log.last).toEqual({ index: 3, term: 3 })
    expect(bench.said()).toMatchObject([{ match: 3, fits: true }])
  })

  it('refuses what does not follow, and says where the two may agree', () => {
    on({ log: [1, 1, 2, 2], term: 4 }).append('b', { term: 4, previous: [9, 3], terms: [4] })
    const refusal = { to: 'b', fits: false, match: 0, refusedIndex: 9 }
    expect(bench.pass(1).said()).toMatchObject([{ ...refusal, hintIndex: 4, hintTerm: 2 }])
    bench.append('b', { term: 4, previous: [4, 1] })
    expect(bench.said()).toMatchObject([{ ...refusal, refusedIndex: 4, hintIndex: 2, hintTerm: 1 }])
    expect(bench.log).toEqual([1, 1, 2, 2])
  })

  it('follows a newer term by the message that brings it, which is not lost', () => {
    on({ log: [1, 1] }).append('b', { term: 5, previous: [2, 1], terms: [5] })
    expect([bench.term, bench.replica.standing.leader?.address]).toEqual([5, 'b:1'])
    expect(bench.pass(1).said()).toMatchObject([{ to: 'b', term: 5, match: 3 }])
  })

  it('answers a leader of an older term with its own, and takes nothing from it', () => {
    on({ log: [1, 1], term: 6 }).append('b', { term: 5, previous: [2, 1], terms: [5] })
    expect(bench.said()).toMatchObject([{ to: 'b', type: 'append-reply', term: 6, fits: false, match: 0 }])
    expect(bench.log).toEqual([1, 1])
    expect(bench.replica.standing.leader).toBeUndefined()
  })

  it('believes one leader a term', () => {
    on({ log: [1, 1] }).append('b', { term: 5, previous: [2, 1] })
    bench.said()
    expect(
      bench
        .append('c', { term: 5, previous: [2, 1], terms: [5] })
        .pass(1)
        .said(),
    ).toEqual([])
    expect(bench.log).toEqual([1, 1])
  })

  it('believes one leader a term about snapshots, too', () => {
    on({ log: [1, 1] }).append('b', { term: 5, previous: [2, 1] })
    bench.said()
    bench.hear('c', chunkOf({ term: 5, index: 50 })).pass(1)
    expect([bench.said(), bench.replica.standing.leader?.address]).toEqual([[], 'b:1'])
    expect(
      bench
        .hear('b', chunkOf({ term: 5, index: 50 }))
        .pass(1)
        .said(),
    ).toMatchObject([{ to: 'b', offset: 1 }])
  })

  it('stands for election only when it has heard nothing for a timeout', () => {
    on({ log: [1] })
    for (let at = 0; at < 50; at++) bench.append('b', { term: 1 }).pass(T - 1)
    expect(bench.role).toBe('follower')
    bench.pass(T + 1)
    expect(bench.role).toBe('candidate')
  })

  it('stands at once when it is told to', () => {
    on({ log: [1, 1] }).append('b', { term: 1, previous: [2, 1] })
    bench.said()
    bench.hear('b', { type: 'timeout-now', term: 1 }).pass(1)
    expect(bench.role).toBe('candidate')
    const ballot = { type: 'request-vote', term: 2, pre: false, transfer: true, lastIndex: 2, lastTerm: 1 }
    expect(bench.said('request-vote')).toMatchObject([
      { to: 'b', ...ballot },
      { to: 'c', ...ballot },
    ])
  })

  it('that only learns never stands, and asks whether it is a member still, and then where a leader is', () => {
    on({ voters: 'bc', learners: 'a', log: [1] }).pass(5 * T)
    expect(bench.role).toBe('follower')
    expect(bench.member.views.now.role).toBe('learner')
    const asked = bench.said()
    const polls = asked.filter(({ type, pre }) => type === 'request-vote' && pre === true)
    const changes = asked.filter(({ type }) => type === 'change-roster')
    expect([polls.length, changes.length].every(count => count > 0)).toBe(true)
    expect(asked).toHaveLength(polls.length + changes.length)
    expect(bench.term).toBe(1)
  })

  it('hands what is asked of it back, naming the leader to who may not know it', () => {
    on({ log: [1, 1] }).append('b', { term: 1, previous: [2, 1] })
    bench.said()
    bench.hear('c', { type: 'read-index', id: 'r-1' })
    expect(bench.said()).toMatchObject([{ to: 'c', type: 'read-index-reply', id: 'r-1', confirmed: false }])
    bench.hear('c', { type: 'propose', id: 'r-3', entries: encodeEntries([]) })
    expect(bench.said()).toMatchObject([{ to: 'c', type: 'propose-reply', id: 'r-3', verdict: 'not-leader' }])
    bench.hear('c', { type: 'change-roster', id: 'r-2', steps: encodeSteps([{ type: 'remove', id: 'b'.repeat(32) }]) })
    expect(bench.said()).toMatchObject([{ to: 'c', verdict: 'not-leader', leader: 'b:1' }])
  })
})

describe('a follower with requests of its own', () => {
  const settle = { done: (): void => undefined, failed: (): void => undefined }

  it('hands them to the leader, in one message a turn, and again after a timeout under another id', () => {
    on({ log: [1, 1] }).append('b', { term: 1, previous: [2, 1] })
    bench.said()
    bench.member.waiting.barrier(10_000, settle)
    bench.member.waiting.barrier(10_000, settle)
    const [first, ...more] = bench.pass(0).said()
    expect([first, more]).toMatchObject([{ to: 'b', type: 'read-index' }, []])
    const again: unknown[] = []
    for (let ms = 0; ms <= T + HEARTBEAT; ms += HEARTBEAT)
      again.push(
        ...bench
          .append('b', { term: 1, previous: [2, 1] })
          .pass(HEARTBEAT)
          .said('read-index'),
      )
    expect(again).toMatchObject([{ to: 'b', type: 'read-index' }])
    expect(again).not.toMatchObject([{ id: first?.['id'] }])
  })

  it('waits with them while it knows no leader', () => {
    on({ log: [1, 1] })
    bench.member.waiting.barrier(10_000, settle)
    expect(bench.pass(T / 2).said('read-index')).toEqual([])
    bench.append('c', { term: 1, previous: [2, 1] })
    expect(bench.pass(0).said('read-index')).toMatchObject([{ to: 'c' }])
  })

  it('knows how much has committed elsewhere, though it is not here', () => {
    bench = new Bench({ log: [1, 1] })
    expect(bench.replica.newestKnown).toBe(0)
    bench.append('b', { term: 1, previous: [2, 1], commit: 70 })
    expect([bench.replica.commit, bench.replica.newestKnown]).toEqual([2, 70])
    bench.append('b', { term: 1, previous: [2, 1], commit: 60 })
    expect(bench.replica.newestKnown).toBe(70)
  })
})
