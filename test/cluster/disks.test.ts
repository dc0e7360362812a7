import { TestCluster } from '../../lib/testing/cluster'

describe('a member whose disk fails', () => {
  it('ends, promises nothing more, and the others go on', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const cluster = new TestCluster({ seed, diskMs: [0, 5] }).grow(3)
      const failing = seed % 2 === 0 ? cluster.leader : cluster.followers[0]
      if (failing === undefined) throw new Error('There are no followers.')
      failing.disk.failNextWrite()
      const asked = cluster.members.map(member => cluster.append(member))
      cluster.until(() => failing.hasFailed, 'it to end')
      const last = failing.events.at(-1)
      expect(last).toMatchObject({ type: 'failed', error: { code: 'KAYAK_STORAGE_FAILED' } })
      cluster.until(() => cluster.leaders.length === 1 && asked.every(({ ending }) => ending !== undefined), 'a leader')
      cluster.commit()
      failing.start()
      cluster.converge(cluster.members)
      cluster.close()
    }
  })

  it('with that of another leaves what was acknowledged', () => {
    const cluster = new TestCluster({ seed: 6 }).grow(3)
    for (let at = 0; at < 5; at++) cluster.commit()
    for (const { disk } of cluster.members) disk.failNextWrite()
    cluster.append(cluster.leader)
    cluster.until(() => cluster.members.filter(({ hasFailed }) => hasFailed).length === 2, 'two to end')
    for (const member of cluster.members) {
      member.disk.failNextWrite(0)
      if (member.hasFailed) member.start()
    }
    cluster.until(() => cluster.leaders.length === 1, 'a leader')
    cluster.commit()
    cluster.converge()
    cluster.close()
  })

  it('to read ends as well, rather than go on with what it does not know', () => {
    const cluster = new TestCluster({ seed: 7 }).grow(3)
    const [member] = cluster.followers
    if (member === undefined) throw new Error('There are no followers.')
    member.stop()
    cluster.run(10)
    member.disk.reads = 'fail'
    member.start()
    cluster.until(() => member.hasFailed, 'it to end')
    member.disk.reads = 'work'
    member.start()
    cluster.converge(cluster.members)
    cluster.close()
  })
})

describe('a follower whose disk hangs', () => {
  it('holds up nobody, and catches up when it goes on', () => {
    const cluster = new TestCluster({ seed: 8 }).grow(3)
    const { term } = cluster
    const [member] = cluster.followers
    if (member === undefined) throw new Error('There are no followers.')
    member.disk.writes = 'hang'
    for (let at = 0; at < 20; at++) cluster.commit()
    cluster.run(5000)
    expect(cluster.term).toBe(term)
    member.disk.writes = 'work'
    cluster.converge()
    cluster.close()
  })

  it('votes for nobody meanwhile, and so costs a cluster of three its last spare', () => {
    const cluster = new TestCluster({ seed: 9 }).grow(3)
    const old = cluster.leader
    const [member] = cluster.followers
    if (member === undefined) throw new Error('There are no followers.')
    member.disk.writes = 'hang'
    old.crash()
    cluster.run(5000)
    expect(cluster.leaders).toEqual([])
    member.disk.writes = 'work'
    cluster.until(() => cluster.leaders.length === 1, 'a leader')
    old.start()
    cluster.converge(cluster.members)
    cluster.close()
  })
})

describe('disks of different speed', () => {
  it('leave an append to wait for the quickest majority only', () => {
    const cluster = new TestCluster({ seed: 10, faults: { delayMs: [1, 1] } }).grow(5)
    const [one, other] = cluster.followers
    for (const slow of [one, other]) if (slow !== undefined) slow.disk.latencyMs = 150
    const begun = cluster.clock.now()
    cluster.commit()
    expect(cluster.clock.now() - begun).toBeLessThan(20)
    cluster.converge()
    cluster.close()
  })
})
