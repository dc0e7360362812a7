import { encodeSteps } from '../../../streams/contracts/change-codec'
import { Bench, HEARTBEAT, T } from './bench'
import { establish } from './leading'
import { idOf } from './logs'

let bench: Bench
beforeEach(() => (bench = establish(new Bench({ log: [1] }).elect())))
afterEach(() => bench.stop())

const append = (number: number, done: () => void = () => undefined): void => {
  const settle = { done, failed: (): void => undefined }
  bench.member.waiting.append('0123456789abcdef0123', number, new Uint8Array(9), 10_000, settle)
}

describe('a leader that hands over', () => {
  it('changes no roster meanwhile, which would keep its successor from having all of the log', () => {
    bench.member.handOver()
    expect(bench.pass(0).said('timeout-now')).toMatchObject([{ to: 'b' }])
    bench
      .hear('b', { type: 'change-roster', id: 'r-1', steps: encodeSteps([{ type: 'remove', id: idOf('b') }]) })
      .pass(1)
    expect(bench.log).toEqual([1, 2])
    // it doesn't take over
    for (let beat = 0; beat < T; beat += HEARTBEAT) bench.pass(HEARTBEAT).acknowledge('b', { term: 2, match: 2 })
    expect(bench.log).toEqual([1, 2, 2])
    expect(bench.replica.roster.voters.map(({ id }) => id)).toEqual([idOf('a'), idOf('c')])
  })

  it('waits until its successor has all, and takes no appends meanwhile', () => {
    append(1)
    bench.pass(1).acknowledge('b', { term: 2, match: 2 })
    bench.member.handOver()
    append(2)
    expect(bench.pass(1).said('timeout-now')).toEqual([])
    expect(bench.log).toEqual([1, 2, 2])
    bench.acknowledge('b', { term: 2, match: 3 })
    expect(bench.said('timeout-now')).toMatchObject([{ to: 'b', term: 2 }])
  })

  it('gives up by a deadline, and takes appends again', () => {
    const done: unknown[] = []
    bench.member.handOver()
    append(1, () => void done.push('done'))
    for (let ms = 0; ms < T + 2 * HEARTBEAT; ms++) bench.pass(1).acknowledge('b', { term: 2, match: 2 })
    expect(bench.role).toBe('leader')
    expect(bench.log).toEqual([1, 2, 2])
    bench.acknowledge('b', { term: 2, match: 3 }).pass(1)
    expect(done).toEqual(['done'])
  })

  it('tells at once where nobody could take over', () => {
    const events: unknown[] = []
    bench.replica.events$.subscribe(event => events.push(event))
    // nobody has answered for an election timeout, and it has not looked for that again
    bench.pass(T + 15)
    expect(bench.role).toBe('leader')
    bench.member.handOver()
    bench.pass(0)
    bench.member.handOver(idOf('f'))
    bench.pass(0)
    expect(events).toMatchObject([
      { type: 'transfer-failed', to: '' },
      { type: 'transfer-failed', to: idOf('f') },
    ])
  })
})
