import type { KayakError } from '../../../streams/contracts/errors'
import { acknowledgement, Bench, HEARTBEAT, T } from './bench'
import { establish } from './leading'
import { idOf } from './logs'

const LEASE = 60
/** The last entry: the roster's, and the leader's own. */
const LAST = 2

let bench: Bench
afterEach(() => bench.stop())

const ask = (): unknown[] => {
  const seen: unknown[] = []
  const settle = {
    done: (index: number): void => void seen.push(index),
    failed: (error: KayakError): void => void seen.push(error.code),
  }
  bench.member.waiting.lease(10_000, settle)
  bench.pass(0)
  return seen
}

/** The round of the next heartbeat, which has just gone out. */
function newestRound(): number {
  bench.said()
  for (;;) {
    const round = bench.pass(1).said('append-entries').at(-1)?.['round']
    if (round !== undefined) return Number(round)
  }
}

/** A leader of three that has committed, and the round of the heartbeat that it has just sent. */
function leader(): number {
  bench = establish(new Bench({ leaseMs: LEASE }).elect())
  return newestRound()
}

const answer = (from: string, round: number, match = LAST): unknown =>
  bench.acknowledge(from, { term: 2, match, round })

describe('the lease of a leader', () => {
  it('counts from when it sent what a quorum has answered, not from when they did', () => {
    const round = leader()
    bench.pass(LEASE - 10)
    answer('b', round)
    expect(ask()).toEqual([LAST])
    bench.pass(9)
    expect(ask()).toEqual([LAST])
    bench.pass(1)
    expect(ask()).toEqual([])
  })

  it('is none before anybody has answered, and one answer of two is enough', () => {
    const round = leader()
    bench.pass(LEASE)
    expect(ask()).toEqual([])
    const next = newestRound()
    expect(next).toBeGreaterThan(round)
    answer('c', next)
    expect(ask()).toEqual([LAST])
  })

  it('needs no round while it lasts, and where it is over is a barrier', () => {
    answer('b', leader())
    bench.said()
    expect(ask()).toEqual([LAST])
    expect(bench.said('append-entries')).toEqual([])
    bench.pass(LEASE)
    bench.said()
    const seen = ask()
    expect(bench.said('append-entries').length).toBeGreaterThan(0)
    answer('b', newestRound())
    bench.pass(0)
    expect(seen).toEqual([LAST])
  })

  it('counts nobody who lacks the roster that says how long it is', () => {
    leader()
    bench.hear('b', {
      type: 'change-roster',
      id: 'change',
      steps: new TextEncoder().encode(JSON.stringify([{ type: 'settle', settings: { leaseMs: LEASE + 20 } }])),
    })
    const round = newestRound()
    expect(bench.log).toHaveLength(LAST + 1)
    answer('b', round)
    bench.pass(0)
    expect(ask()).toEqual([])
    answer('b', round, LAST + 1)
    bench.pass(0)
    expect(ask()).toEqual([LAST + 1])
  })

  it('counts nobody who may have another roster behind the one in force, as of an earlier leader', () => {
    bench = new Bench({ leaseMs: LEASE, log: [1, 1, 1] }).elect()
    bench.pass(1).acknowledge('c', { term: 2, match: 4 }).pass(LEASE)
    answer('b', newestRound(), 1)
    bench.pass(0)
    expect(ask()).toEqual([])
    answer('b', newestRound(), 4)
    bench.pass(0)
    expect(ask()).toEqual([4])
  })

  it('is none for who is voted out, by the word of those who need nobody else', () => {
    bench = new Bench({ voters: 'ab', leaseMs: LEASE }).elect()
    bench.pass(1).acknowledge('b', { term: 2, match: LAST }).pass(1)
    const steps = new TextEncoder().encode(JSON.stringify([{ type: 'remove', id: idOf('a') }]))
    bench.hear('b', { type: 'change-roster', id: 'change', steps })
    const round = newestRound()
    bench.pass(LEASE / 2)
    bench.said()
    bench.hearTogether('b', [
      acknowledgement({ term: 2, match: LAST + 1, round }),
      { type: 'read-index', id: 'read', lease: true },
    ])
    expect(bench.said('read-index-reply').filter(({ confirmed }) => confirmed === true)).toEqual([])
  })

  it('is given up for good when it tells a member to stand', () => {
    answer('b', leader())
    bench.member.handOver(idOf('b'))
    bench.pass(0)
    expect(bench.said('timeout-now')).toHaveLength(1)
    expect(ask()).toEqual([])
    for (let ms = 0; ms < 2 * T; ms += HEARTBEAT) answer('b', newestRound())
    bench.said()
    const seen = ask()
    expect([seen, bench.said('append-entries').length > 0]).toEqual([[], true])
  })

  it('is none where the cluster has none', () => {
    bench = establish(new Bench().elect())
    answer('b', newestRound())
    expect(ask()).toEqual([])
  })
})

describe('a voter where leases are on', () => {
  const vote = (term: number, transfer = false): unknown => {
    bench.said()
    bench.hear('c', { type: 'request-vote', term, pre: false, transfer, lastIndex: 9, lastTerm: 9 })
    bench.pass(5)
    return bench.said('vote-reply').at(-1)?.['reason']
  }

  it('votes for nobody for as long after it was opened as somebody may have a lease by its word', () => {
    bench = new Bench({ leaseMs: LEASE })
    expect(vote(2)).toBe('hears-leader')
    bench.pass(LEASE)
    expect(vote(2)).toBe('granted')
  })

  it('but for who was handed the leadership', () => {
    bench = new Bench({ leaseMs: LEASE })
    expect(vote(2, true)).toBe('granted')
  })

  it('keeps to a leader that it has heard, though it hears of a newer term', () => {
    bench = new Bench({ leaseMs: LEASE })
    bench.pass(LEASE)
    bench.append('b', { term: 1 })
    bench.vote('c', { term: 2, pre: true, reason: 'stale-term', own: 2 })
    expect(bench.term).toBe(2)
    expect(vote(2)).toBe('hears-leader')
    expect(vote(3)).toBe('hears-leader')
    bench.pass(T)
    expect(vote(3)).toBe('granted')
  })

  it('is as free as ever where they are off', () => {
    bench = new Bench()
    bench.append('b', { term: 1 })
    bench.vote('c', { term: 2, pre: true, reason: 'stale-term', own: 2 })
    expect(vote(2)).toBe('granted')
  })
})
