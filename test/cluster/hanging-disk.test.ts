import { TestCluster } from '../../lib/testing/cluster'

describe('a leader whose disk hangs', () => {
  it('gives up in bounded time, and the others go on', () => {
    const cluster = new TestCluster({ seed: 3 }).grow(3)
    const old = cluster.leader
    old.disk.writes = 'hang'
    const { electionTimeoutMs } = cluster.settings
    const append = cluster.append(old)
    cluster.until(() => !old.isLeader, 'the leader to give up', 3 * electionTimeoutMs)
    expect(old.events).toContainEqual(expect.objectContaining({ type: 'stepped-down', why: 'disk-hangs' }))
    cluster.until(() => cluster.leaders.length === 1, 'another to lead', 10 * electionTimeoutMs)
    expect(cluster.leader).not.toBe(old)
    cluster.commit(cluster.leader)
    old.disk.writes = 'work'
    cluster.converge()
    expect(append.ending).toBe('done')
    expect(cluster.leader).not.toBe(old)
    cluster.close()
  })

  it('is told of while the disk hangs, not only after', () => {
    const cluster = new TestCluster({ seed: 4 }).grow(3)
    const { leader } = cluster
    leader.disk.writes = 'hang'
    cluster.append(leader)
    cluster.run(600)
    expect(leader.events.filter(({ type }) => type === 'slow-disk')).toEqual([
      expect.objectContaining({ type: 'slow-disk', operation: 'write', tookMs: 500 }),
    ])
    leader.disk.writes = 'work'
    cluster.converge()
    const [, after] = leader.events.filter(event => event.type === 'slow-disk')
    expect(after?.tookMs).toBeGreaterThanOrEqual(599)
    cluster.close()
  })

  it('goes on leading if it is alone: nobody could do better', () => {
    const cluster = new TestCluster({ seed: 5 }).grow(1)
    const { leader, term } = cluster
    leader.disk.writes = 'hang'
    const append = cluster.append(leader)
    cluster.run(5000)
    expect(leader.isLeader).toBe(true)
    leader.disk.writes = 'work'
    cluster.until(() => append.ending === 'done', 'the append to be done')
    expect(cluster.term).toBe(term)
    cluster.close()
  })

  it('only slow goes on leading', () => {
    const cluster = new TestCluster({ seed: 6, diskMs: 300 }).grow(3)
    const { leader } = cluster
    for (let i = 0; i < 20; i++) cluster.commit(leader)
    expect(cluster.leader).toBe(leader)
    cluster.close()
  })
})
