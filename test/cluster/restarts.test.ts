import { TestCluster } from '../../lib/testing/cluster'

describe('a member that is started again', () => {
  it.each(['lost', 'whole', { part: 0.5 }] as const)('loses nothing that it has promised (torn: %j)', torn => {
    for (let seed = 1; seed <= 10; seed++) {
      const cluster = new TestCluster({ seed, diskMs: [1, 8] }).grow(3)
      for (let round = 0; round < 6; round++) {
        for (const member of cluster.members) for (let at = 0; at < 3; at++) cluster.append(member)
        cluster.run(3 + round)
        const member = cluster.members[round % 3]
        member?.crash(torn)
        cluster.run(20 * round)
        member?.start()
      }
      cluster.until(() => cluster.leaders.length === 1, 'a leader')
      cluster.commit()
      cluster.converge(cluster.members)
      cluster.close()
    }
  })

  it('while all the others are, too, one after another under load', () => {
    const cluster = new TestCluster({ seed: 2 }).grow(5)
    for (const member of cluster.members) {
      const asked = cluster.running.map(other => cluster.append(other))
      cluster.run(5)
      member.crash()
      cluster.run(700)
      member.start()
      cluster.until(() => cluster.isConverged(cluster.members), 'all to be equal')
      expect(asked.every(({ ending }) => ending !== undefined)).toBe(true)
    }
    cluster.close()
  })

  it('at every moment of an append leaves what was acknowledged', () => {
    for (let ms = 0; ms < 30; ms++) {
      const cluster = new TestCluster({ seed: 9, diskMs: 3, faults: { delayMs: [2, 2] } }).grow(3)
      const append = cluster.append(cluster.leader)
      cluster.run(ms)
      for (const member of cluster.members) member.crash('lost')
      const wasDone = append.ending === 'done'
      for (const member of cluster.members) member.start()
      cluster.until(() => cluster.leaders.length === 1, 'a leader')
      cluster.commit()
      const count = Number(/^\d+/.exec(cluster.leader.machine.state)?.[0])
      if (wasDone) expect(count).toBe(2)
      else expect([1, 2]).toContain(count)
      cluster.converge(cluster.members)
      cluster.close()
    }
  })

  it('before it has written what it had taken gets that again, also when nothing new comes', () => {
    const cluster = new TestCluster({ seed: 5 }).grow(3)
    const { term, leader } = cluster
    const [member] = cluster.followers
    if (member === undefined) throw new Error('There are no followers.')
    member.disk.latencyMs = 500
    cluster.commit(leader)
    // its answers to heartbeats say meanwhile that it has the entry, if not on disk
    cluster.run(100)
    member.crash('lost')
    member.disk.latencyMs = 1
    member.start()
    cluster.converge(cluster.members, 1000)
    expect([cluster.term, cluster.leader]).toEqual([term, leader])
    cluster.close()
  })

  it('stopped in order comes back without an election if the leader stays', () => {
    const cluster = new TestCluster({ seed: 4 }).grow(3)
    const { term, leader } = cluster
    const [member] = cluster.followers
    member?.stop()
    cluster.commit(leader)
    member?.start()
    cluster.converge(cluster.members)
    expect([cluster.term, cluster.leader]).toEqual([term, leader])
    cluster.close()
  })
})

describe('a process that stands still', () => {
  it('as the leader is replaced, and follows when it goes on', () => {
    const cluster = new TestCluster({ seed: 3 }).grow(3)
    const old = cluster.leader
    const append = cluster.append(old)
    old.pause()
    cluster.run(2000)
    const other = cluster.leaders.find(leader => leader !== old)
    expect(other).toBeDefined()
    if (other !== undefined) cluster.commit(other)
    old.resume()
    cluster.until(() => append.ending !== undefined, 'the append to be answered')
    cluster.converge()
    expect(cluster.leader).toBe(other)
    cluster.close()
  })

  it('as a follower catches up when it goes on', () => {
    const cluster = new TestCluster({ seed: 3 }).grow(3)
    const { term } = cluster
    const [member] = cluster.followers
    member?.pause()
    for (let at = 0; at < 20; at++) cluster.commit()
    member?.resume()
    cluster.converge()
    expect(cluster.term).toBe(term)
    cluster.close()
  })
})
