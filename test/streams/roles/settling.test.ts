import { encodeSteps } from '../../../streams/contracts/change-codec'
import { Bench } from './bench'
import { establish } from './leading'

describe('what a role decides once a turn has settled', () => {
  it('is written in the same turn', () => {
    const bench = new Bench({ log: [1] }).elect().pass(1)
    bench.acknowledge('b', { term: 2, match: 2 }).acknowledge('c', { term: 2, match: 2 }).pass(1)
    const writes = (): number => bench.disk.log.last.index
    expect(writes()).toBe(2)
    bench.hear('b', { type: 'change-roster', id: 'r-1', steps: encodeSteps([{ type: 'remove', id: 'c'.repeat(32) }]) })
    expect([bench.log, writes()]).toEqual([[1, 2, 2], 3])
    bench.stop()
  })

  it('shows in the views in the same turn', () => {
    const bench = establish(new Bench({ log: [1] }).elect())
    bench.hear('b', { type: 'change-roster', id: 'r-1', steps: encodeSteps([{ type: 'remove', id: 'a'.repeat(32) }]) })
    bench.acknowledge('b', { term: 2, match: 3 })
    expect(bench.member.views.now).toMatchObject({ role: 'leader', leader: { address: 'a:1' } })
    // the removal commits, and the leader gives up: nothing follows that would be another turn
    bench.acknowledge('c', { term: 2, match: 3 })
    expect(bench.role).toBe('follower')
    expect(bench.member.views.now).toMatchObject({ role: 'learner', leader: undefined })
    bench.stop()
  })
})

describe('the roster that a member shows', () => {
  it('is the one in force until it knows of a committed one', () => {
    const bench = new Bench({ log: [1, 1] })
    expect(bench.replica.commit).toBe(0)
    expect(bench.member.views.now.roster).toMatchObject({ index: 1, voters: [{}, {}, {}] })
    bench.stop()
  })
})
