import { Bench } from './bench'

let bench: Bench
const on = (...options: ConstructorParameters<typeof Bench>): Bench => (bench = new Bench(...options))
afterEach(() => bench.stop())

describe('what a follower says that it has', () => {
  it('is durable, also in an answer to a heartbeat that comes while it writes', () => {
    on({ log: [1, 1], diskMs: 10 })
      .append('b', { term: 1, previous: [2, 1], terms: [1, 1] })
      .pass(5)
    bench.append('b', { term: 1, previous: [4, 1], round: 2 })
    expect(bench.said()).toMatchObject([{ match: 2, verified: 4, round: 2, fits: true }])
    expect(bench.pass(5).said()).toMatchObject([{ match: 4, verified: 4, round: 2, fits: true }])
  })

  it('is not taken back by a message that comes late, in what it has nor in the round', () => {
    on({ log: [1, 1, 1] })
      .append('b', { term: 1, previous: [3, 1], round: 7 })
      .pass(1)
    bench.said()
    bench.append('b', { term: 1, previous: [1, 1], round: 3 })
    expect(bench.said()).toMatchObject([{ match: 3, verified: 3, round: 7 }])
  })

  it('counts what has committed, which agrees with every leader to come', () => {
    on({ log: [1, 1, 1] })
      .append('b', { term: 1, previous: [3, 1], commit: 3 })
      .pass(1)
    bench.said()
    bench.append('c', { term: 2 })
    expect(bench.said()[0]).toMatchObject({ to: 'c', term: 2, match: 3, verified: 3 })
  })

  it('counts for another leader nothing that only the last one has verified', () => {
    on({ log: [1, 1, 1] })
      .append('b', { term: 1, previous: [3, 1] })
      .pass(1)
    bench.said()
    bench.append('c', { term: 2, previous: [1, 1] })
    for (const said of bench.said()) expect(said).toMatchObject({ to: 'c', term: 2, match: 1, verified: 1 })
  })

  it('is not said again to what only tells of a commit, and is to the heartbeat after it', () => {
    on({ log: [1, 1] })
      .append('b', { term: 1, previous: [2, 1], commit: 1 })
      .pass(1)
    bench.said()
    bench.append('b', { term: 1, previous: [2, 1], commit: 2 })
    expect([bench.replica.commit, bench.pass(1).said()]).toEqual([2, []])
    bench.append('b', { term: 1, previous: [2, 1], commit: 2 })
    expect(bench.said()).toMatchObject([{ match: 2, verified: 2, fits: true }])
  })

  it.each([
    ['is of a newer round', { previous: [2, 1], round: 2 }],
    ['verifies more', { previous: [3, 1], round: 1 }],
  ] as const)('is said to what tells of a commit and %s', (_, fields) => {
    on({ log: [1, 1, 1] })
      .append('b', { term: 1, previous: [2, 1], commit: 1 })
      .pass(1)
    bench.said()
    bench.append('b', { term: 1, commit: 2, ...fields })
    expect(bench.said()).toMatchObject([{ type: 'append-reply', round: fields.round, verified: fields.previous[0] }])
  })

  it('goes to the leader’s own incarnation and round of it', () => {
    on({ log: [1, 1] }).append('b', { term: 1, previous: [2, 1], incarnation: 9, round: 4 })
    expect(bench.said()).toMatchObject([{ to: 'b', incarnation: 9, round: 4 }])
  })

  it('is said once for new entries, when they are durable, by one write for all that came in a turn', () => {
    on({ log: [1], diskMs: 10 })
    bench.append('b', { term: 1, previous: [1, 1], terms: [1] })
    bench.append('b', { term: 1, previous: [2, 1], terms: [1] }).append('b', { term: 1, previous: [3, 1], terms: [1] })
    expect(bench.said()).toEqual([])
    expect(bench.pass(10).said()).toMatchObject([{ match: 2, verified: 4 }])
    expect(bench.pass(10).said()).toMatchObject([{ match: 4, verified: 4 }])
  })

  it('is taken back at once where it gives way to another leader’s entries', () => {
    on({ log: [1, 1, 1, 1], diskMs: 10 }).append('c', { term: 2, previous: [2, 1], terms: [2] })
    bench.pass(5).append('c', { term: 2, previous: [2, 1] })
    expect(bench.said('append-reply')).toMatchObject([])
    bench.pass(100)
    const said = bench.said('append-reply')
    expect(said.at(-1)).toMatchObject({ to: 'c', match: 3, verified: 3 })
    expect(said.every(({ match }) => match === 2 || match === 3)).toBe(true)
  })
})

describe('a follower that would have to cut what has committed', () => {
  it('ends instead, and says nothing of it', () => {
    on({ log: [1, 1, 1] })
      .append('b', { term: 1, previous: [3, 1], commit: 3 })
      .pass(1)
    bench.said()
    const endings: unknown[] = []
    bench.member.ended$.subscribe(ending => endings.push(ending))
    bench.append('c', { term: 2, previous: [1, 1], terms: [2] }).pass(1)
    expect(endings).toMatchObject([{ type: 'failed', error: { code: 'KAYAK_INTERNAL' } }])
    expect([bench.said('append-reply'), bench.disk.log.last]).toEqual([[], { index: 3, term: 1 }])
  })
})

describe('a follower whose disk fails', () => {
  it.each([
    ['an entry', () => bench.append('b', { term: 1, previous: [1, 1], terms: [1] })],
    ['a vote', () => bench.ballot('b', { term: 2 })],
    ['a term', () => bench.append('b', { term: 5 })],
  ])('as it writes %s promises nothing, then or later', (_, hear) => {
    on({ log: [1], diskMs: 10 })
    const endings: unknown[] = []
    bench.member.ended$.subscribe(ending => endings.push(ending))
    bench.disk.failNextWrite()
    hear()
    bench
      .pass(10)
      .ballot('c', { term: 9 })
      .append('c', { term: 9, previous: [1, 1] })
      .pass(1000)
    expect(endings).toMatchObject([{ type: 'failed', error: { code: 'KAYAK_STORAGE_FAILED' } }])
    expect(bench.said()).toEqual([])
  })
})

describe('a member that is started again', () => {
  /** The power goes, and it starts on what its disk has. */
  const restart = (): Bench => {
    const { disk } = bench
    bench.stop()
    disk.crash()
    return (bench = new Bench({ disk }))
  }

  it('has promised no vote that never left, and may cast it for another', () => {
    on({ log: [1], diskMs: 10 })
      .ballot('b', { term: 2 })
      .pass(5)
    expect(bench.said()).toEqual([])
    restart().ballot('c', { term: 2 }).pass(1)
    expect(bench.said()).toMatchObject([{ to: 'c', reason: 'granted' }])
  })

  it('keeps the vote that it has told of, and the entries', () => {
    on({ log: [1], diskMs: 10 })
      .append('c', { term: 1, previous: [1, 1], terms: [1] })
      .pass(250)
    bench.ballot('b', { term: 9, last: [2, 1] }).pass(10)
    expect(bench.said('vote-reply')).toMatchObject([{ to: 'b', reason: 'granted' }])
    restart().ballot('c', { term: 9 }).pass(1)
    expect(bench.said()).toMatchObject([{ to: 'c', reason: 'voted', term: 9 }])
    expect([bench.log, bench.replica.standing.leader]).toEqual([[1, 1], undefined])
  })
})
