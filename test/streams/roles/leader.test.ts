import type { KayakError } from '../../../streams/contracts/errors'
import { Bench, HEARTBEAT, T } from './bench'
import { establish } from './leading'

let bench: Bench
const leader = (...options: ConstructorParameters<typeof Bench>): Bench => (bench = new Bench(...options).elect())
afterEach(() => bench.stop())

/** Leads an established term: the entry with which it began has committed. */
const established = (...options: ConstructorParameters<typeof Bench>): Bench => establish(leader(...options))

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const append = (number: number, settle: { done?: () => void; failed?: (error: KayakError) => void } = {}): void => {
  const all = { done: (): void => undefined, failed: (): void => undefined, ...settle }
  bench.member.waiting.append('0123456789abcdef0123', number, text(`payload ${number}`), 10_000, all)
}
const barrier = (seen: unknown[], timeoutMs = 10_000): void => {
  const settle = {
    done: (index: number): void => void seen.push(index),
    failed: (error: KayakError): void => void seen.push(error.code),
  }
  bench.member.waiting.barrier(timeoutMs, settle)
}

describe('a leader that begins', () => {
  it('tells all at once, and appends an entry of its own', () => {
    bench = new Bench({ log: [1, 1] })
    for (let ms = 0; bench.role !== 'candidate' && ms < 2 * T; ms++) bench.pass(1)
    bench.vote('b', { term: 2, pre: true }).pass(1)
    bench.said()
    bench.vote('b', { term: 2 })
    const said = bench.said('append-entries')
    expect(said.filter(({ to }) => to === 'b').length).toBeGreaterThan(0)
    expect(said.filter(({ to }) => to === 'c').length).toBeGreaterThan(0)
    expect(said.every(({ term }) => term === 2)).toBe(true)
    expect(bench.log).toEqual([1, 1, 2])
  })

  it('commits nothing of an earlier term by counting, until an entry of its own does', () => {
    leader({ log: [1, 1, 1] }).pass(1)
    bench.acknowledge('b', { term: 2, match: 3 }).acknowledge('c', { term: 2, match: 3 })
    expect(bench.replica.commit).toBe(0)
    bench.acknowledge('b', { term: 2, match: 4 })
    expect(bench.replica.commit).toBe(4)
  })

  it('counts itself only once its own disk has the entry', () => {
    leader({ log: [1], diskMs: 20 })
    bench.acknowledge('b', { term: 2, match: 2 })
    expect(bench.replica.commit).toBe(0)
    bench.pass(19)
    expect(bench.replica.commit).toBe(0)
    bench.pass(2)
    expect(bench.replica.commit).toBe(2)
  })

  it('commits by the others where its own disk is slow', () => {
    leader({ log: [1], diskMs: 50 })
    bench.acknowledge('b', { term: 2, match: 2 }).acknowledge('c', { term: 2, match: 2 })
    expect(bench.replica.commit).toBe(2)
    expect(bench.replica.parts.disk.durable).toBe(1)
  })

  it('confirms no barrier before an entry of its own term has committed', () => {
    leader({ log: [1] })
    const seen: unknown[] = []
    barrier(seen)
    for (let round = 1; round < 9; round++) bench.acknowledge('b', { term: 2, match: 1, round }).pass(1)
    expect(seen).toEqual([])
    bench.acknowledge('b', { term: 2, match: 2, round: 9 })
    expect(bench.replica.commit).toBe(2)
    bench.acknowledge('b', { term: 2, match: 2, round: 10 }).pass(1)
    expect(seen).toEqual([2])
  })
})

describe('a leader that replicates', () => {
  it('sends entries of one turn in one message, and writes them meanwhile', () => {
    established({ log: [1] })
    append(1)
    append(2)
    append(3)
    const said = bench
      .pass(0)
      .said('append-entries')
      .filter(({ entries }) => (entries as Uint8Array).byteLength > 20)
    expect(said).toMatchObject([
      { to: 'b', prevIndex: 2, prevTerm: 2, commit: 2 },
      { to: 'c', prevIndex: 2, prevTerm: 2, commit: 2 },
    ])
    expect(bench.log).toEqual([1, 2, 2, 2, 2])
  })

  it('answers an append once a quorum has it', () => {
    established({ log: [1] })
    let done = 0
    append(1, { done: () => done++ })
    bench.pass(5).acknowledge('b', { term: 2, match: 2 })
    expect(done).toBe(0)
    bench.acknowledge('c', { term: 2, match: 3 }).pass(1)
    expect(done).toBe(1)
  })

  it('goes on without an answer, within the limits of its pipeline', () => {
    established({ log: [1] })
    for (let number = 1; number <= 100; number++) {
      append(number)
      bench.pass(0)
    }
    const batches = bench
      .said('append-entries')
      .filter(({ to, entries }) => to === 'b' && (entries as Uint8Array).byteLength > 20)
    expect(batches.length).toBeGreaterThan(10)
    expect(batches.length).toBeLessThanOrEqual(32)
  })

  it('lets no late or doubled answer lower what is known, nor raise it beyond what was said', () => {
    established({ log: [1] })
    append(1)
    bench.pass(1).acknowledge('b', { term: 2, match: 3 }).acknowledge('b', { term: 2, match: 2 })
    expect(bench.replica.commit).toBe(3)
    append(2)
    bench.pass(1).acknowledge('b', { term: 2, match: 3 }).acknowledge('b', { term: 2, match: 3 })
    expect(bench.replica.commit).toBe(3)
  })

  it('counts no answer of another incarnation, of another term or of a stranger', () => {
    leader({ log: [1] }).pass(1)
    bench.acknowledge('b', { term: 2, match: 2, incarnation: 7 })
    bench.acknowledge('c', { term: 1, match: 2 }).acknowledge('e', { term: 2, match: 2 })
    expect(bench.replica.commit).toBe(0)
  })

  it('counts no learner', () => {
    leader({ voters: 'abc', learners: 'd', log: [1] })
      .pass(1)
      .acknowledge('d', { term: 2, match: 2 })
    expect(bench.replica.commit).toBe(0)
  })

  it('looks where the logs agree by whole terms, and goes on from there', () => {
    leader({ log: [1, 1, 1] })
    const refusal = { type: 'append-reply', term: 2, incarnation: 1, round: 1, match: 0, verified: 0, fits: false }
    bench.hear('b', { ...refusal, refusedIndex: 3, hintIndex: 1, hintTerm: 1 })
    expect(bench.said('append-entries').filter(({ to }) => to === 'b')).toContainEqual(
      expect.objectContaining({ prevIndex: 1, prevTerm: 1 }),
    )
  })

  it('asks after what a member has taken and not written yet, and sends it again where that is lost', () => {
    established({ log: [1] })
    append(1)
    bench.pass(1)
    const toB = () => bench.said('append-entries').filter(({ to }) => to === 'b')
    const answer = { type: 'append-reply', term: 2, incarnation: 1, round: 1, match: 2 }
    const fitting = { fits: true, refusedIndex: 0, hintIndex: 0, hintTerm: 0 }
    bench.hear('b', { ...answer, verified: 3, ...fitting }).pass(HEARTBEAT)
    expect(toB().at(-1)).toMatchObject({ prevIndex: 3, prevTerm: 2 })
    bench.hear('b', { ...answer, verified: 2, fits: false, refusedIndex: 3, hintIndex: 2, hintTerm: 2 }).pass(1)
    const [again] = toB()
    expect(again).toMatchObject({ prevIndex: 2, prevTerm: 2 })
    expect((again?.['entries'] as Uint8Array).byteLength).toBeGreaterThan(20)
  })

  it('is heard every heartbeat, lightly', () => {
    established({ log: [1] })
    for (let beat = 0; beat < 5; beat++) {
      const said = bench.pass(HEARTBEAT).acknowledge('b', { term: 2, match: 2 }).said('append-entries')
      expect(said.map(({ to }) => to)).toEqual(['b', 'c'])
      expect(said.every(({ entries }) => (entries as Uint8Array).byteLength < 20)).toBe(true)
    }
  })
})

describe('a barrier', () => {
  it('needs a round that began after it was asked for', () => {
    established({ log: [1] })
    const rounds = (): unknown => bench.said('append-entries').at(-1)?.['round']
    const first: unknown[] = []
    barrier(first)
    const round = Number((bench.pass(0), rounds()))
    const second: unknown[] = []
    barrier(second)
    bench.pass(0)
    // this answer is of a round that began before the second was asked for
    bench.acknowledge('b', { term: 2, match: 2, round })
    expect([first, second]).toEqual([[2], []])
    const next = Number(rounds())
    expect(next).toBeGreaterThan(round)
    bench.acknowledge('b', { term: 2, match: 2, round: next })
    expect([first, second]).toEqual([[2], [2]])
  })

  it('shares its round with all that wait', () => {
    established({ log: [1] })
    const seen: unknown[] = []
    for (let count = 0; count < 1000; count++) barrier(seen)
    const said = bench.pass(0).said('append-entries')
    expect(said).toHaveLength(2)
    bench.acknowledge('c', { term: 2, match: 2, round: Number(said[0]?.['round']) }).pass(0)
    expect(seen).toEqual(Array(1000).fill(2))
  })

  it('gives the index that had committed when its round began', () => {
    established({ log: [1] })
    append(1)
    bench.pass(1).acknowledge('b', { term: 2, match: 3 })
    const seen: unknown[] = []
    barrier(seen)
    const round = Number(bench.pass(0).said('append-entries').at(-1)?.['round'])
    bench.acknowledge('c', { term: 2, match: 3, round }).pass(0)
    expect(seen).toEqual([3])
  })

  it('is not confirmed by a leader that is one no more, and ends by its deadline', () => {
    established({ log: [1] })
    const seen: unknown[] = []
    barrier(seen, 30)
    const round = Number(bench.pass(0).said('append-entries').at(-1)?.['round'])
    bench.append('c', { term: 3, previous: [2, 2] })
    bench.acknowledge('b', { term: 2, match: 2, round })
    bench.pass(29)
    expect(seen).toEqual([])
    bench.pass(1)
    expect(seen).toEqual(['KAYAK_TIMEOUT'])
  })
})

describe('a leader gives up', () => {
  it('when it has not heard a quorum for a timeout', () => {
    established({ log: [1] })
    bench
      .pass(T / 2)
      .acknowledge('b', { term: 2, match: 2 })
      .pass(T - 1)
    expect(bench.role).toBe('leader')
    bench.pass(T)
    expect([bench.role, bench.term]).toEqual(['follower', 2])
    expect(bench.replica.standing.leader).toBeUndefined()
  })

  it('and not while one of three answers', () => {
    established({ log: [1] })
    for (let at = 0; at < 50; at++) bench.pass(T - 10).acknowledge('c', { term: 2, match: 2 })
    expect(bench.role).toBe('leader')
  })

  it('by a higher term, and follows by the very message that tells', () => {
    established({ log: [1] })
      .append('c', { term: 5, previous: [2, 2], terms: [5] })
      .pass(1)
    expect([bench.role, bench.term]).toEqual(['follower', 5])
    expect(bench.said('append-reply')).toMatchObject([{ to: 'c', term: 5, match: 3, fits: true }])
  })

  it('and not by one who was cut off and asks for votes', () => {
    established({ log: [1] })
      .ballot('c', { term: 9 })
      .ballot('c', { term: 9, pre: true })
    expect([bench.role, bench.term]).toEqual(['leader', 2])
  })
})
