import { TestCluster } from '../../lib/testing/cluster'

describe.each([1, 2, 3, 5, 7])('a cluster of %p', size => {
  const grow = (seed: number): TestCluster => new TestCluster({ seed }).grow(size)

  it('grows, takes appends and barriers on every member, and agrees', () => {
    const cluster = grow(size)
    const asked = cluster.members.flatMap(member => [
      cluster.append(member),
      cluster.barrier(member),
      cluster.append(member),
    ])
    cluster.until(() => asked.every(({ ending }) => ending === 'done'), 'all to be answered')
    cluster.converge()
    expect(cluster.leader.machine.state).toMatch(new RegExp(`^${2 * size} entries`))
    cluster.close()
  })

  it('elects another when its leader is lost, loses nothing, and takes it back', () => {
    const cluster = grow(10 + size)
    const old = cluster.leader
    for (let at = 0; at < 10; at++) cluster.commit(old)
    old.crash()
    if (size <= 2) old.start()
    cluster.until(() => cluster.leaders.length === 1, 'a leader')
    cluster.commit(cluster.leader)
    if (size > 2) old.start()
    cluster.converge(cluster.members)
    expect(cluster.leader.machine.state).toMatch(/^11 entries/)
    cluster.close()
  })

  it('goes on while a minority is down, and waits while a majority is', () => {
    const cluster = grow(20 + size)
    const most = Math.floor((size - 1) / 2)
    const down = cluster.followers.slice(0, most)
    for (const member of down) member.crash()
    cluster.commit(cluster.leader)
    const another = cluster.followers[0]
    if (another === undefined) return cluster.close()
    another.crash()
    const waiting = cluster.append(cluster.leader, { timeoutMs: 3000 })
    cluster.run(2000)
    expect([waiting.ending, cluster.leaders]).toEqual([undefined, []])
    another.start()
    cluster.until(() => waiting.ending === 'done', 'the append to be answered')
    for (const member of down) member.start()
    cluster.converge(cluster.members)
    cluster.close()
  })

  it('goes on from its disks when all have lost their power at once', () => {
    const cluster = grow(30 + size)
    for (let at = 0; at < 5; at++) cluster.commit()
    for (const member of cluster.members) cluster.append(member)
    cluster.run(1)
    for (const member of cluster.members) member.crash()
    cluster.run(500)
    for (const member of cluster.members) member.start()
    cluster.until(() => cluster.leaders.length === 1, 'a leader')
    cluster.commit()
    cluster.converge(cluster.members)
    cluster.close()
  })
})
