import { TestCluster } from '../../lib/testing/cluster'

const SESSION = '0bcdef0123456789abcd'

describe('an append', () => {
  it('that is asked for everywhere at once is applied once', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const cluster = new TestCluster({ seed, faults: { delayMs: [1, 20], duplicate: 0.3, reorder: 0.3 } }).grow(3)
      const call = { session: SESSION, number: 1, payload: Uint8Array.of(7) }
      const asked = cluster.members.flatMap(member => [cluster.append(member, call), cluster.append(member, call)])
      cluster.until(() => asked.every(({ ending }) => ending === 'done'), 'all to be answered')
      expect(new Set(asked.map(({ index }) => index)).size).toBe(1)
      cluster.converge()
      expect(cluster.leader.machine.state).toMatch(/^1 entries/)
      cluster.close()
    }
  })

  it('that is tried again after its member was lost is applied once', () => {
    for (let ms = 0; ms < 40; ms += 2) {
      const cluster = new TestCluster({ seed: 11 }).grow(3)
      const call = { session: SESSION, number: 1, payload: Uint8Array.of(7) }
      const old = cluster.leader
      cluster.append(old, call)
      cluster.run(ms)
      old.crash()
      const [other] = cluster.running
      const again = cluster.append(other, call)
      cluster.until(() => again.ending === 'done', 'it to be answered')
      old.start()
      cluster.converge(cluster.members)
      expect(cluster.leader.machine.state).toMatch(/^1 entries/)
      cluster.close()
    }
  })

  it('waits through elections until its deadline, and no longer', () => {
    const cluster = new TestCluster({ seed: 12 }).grow(3)
    const { leader } = cluster
    const [follower] = cluster.followers
    leader.crash()
    const [short, long] = [50, 8000].map(timeoutMs => cluster.append(follower, { timeoutMs }))
    cluster.until(() => short?.ending !== undefined && long?.ending !== undefined, 'both to be answered')
    expect([short?.ending, short?.error?.code, long?.ending]).toEqual(['unknown', 'KAYAK_TIMEOUT', 'done'])
    cluster.close()
  })

  it('that was sent to a leader nobody hears has an unknown outcome', () => {
    const cluster = new TestCluster({ seed: 13 }).grow(3)
    const { leader } = cluster
    cluster.network.isolate(leader.address)
    const append = cluster.append(leader, { timeoutMs: 3000 })
    cluster.until(() => append.ending !== undefined, 'an answer')
    expect([append.ending, append.error?.code]).toEqual(['unknown', 'KAYAK_TIMEOUT'])
    cluster.network.heal()
    cluster.until(() => cluster.leaders.length === 1, 'a leader')
    cluster.converge()
    cluster.close()
  })

  it('of many under load through a change of leaders is answered, each once', () => {
    const cluster = new TestCluster({ seed: 14, diskMs: [0, 6] }).grow(5)
    const asked = Array.from({ length: 30 }, (_, at) => {
      if (at === 10 || at === 20) cluster.leaders[0]?.member?.handOver()
      const some = cluster.running.map(member => cluster.append(member))
      cluster.run(10)
      return some
    }).flat()
    cluster.until(() => asked.every(({ ending }) => ending === 'done'), 'all to be answered')
    expect(new Set(asked.map(({ index }) => index)).size).toBe(asked.length)
    cluster.converge()
    cluster.close()
  })
})

describe('barriers', () => {
  it('of many callers share a round', () => {
    const cluster = new TestCluster({ seed: 15, faults: { delayMs: [2, 2] } }).grow(3)
    cluster.run(7)
    let sent = 0
    const counting = cluster.network.traffic$.subscribe(({ type }) => type === 'sent' && sent++)
    const asked = Array.from({ length: 1000 }, () => cluster.barrier(cluster.leader))
    cluster.until(() => asked.every(({ ending }) => ending === 'done'), 'all to be answered')
    counting.unsubscribe()
    expect(sent).toBeLessThan(20)
    cluster.close()
  })

  it('cost no write and no entry', () => {
    const cluster = new TestCluster({ seed: 16 }).grow(3)
    cluster.converge()
    const last = cluster.leader.replica?.parts.log.last.index
    for (const member of cluster.members) {
      const barrier = cluster.barrier(member)
      cluster.until(() => barrier.ending === 'done', 'an answer')
      expect(barrier.index).toBeGreaterThanOrEqual((last ?? 0) - 1)
    }
    expect(cluster.leader.replica?.parts.log.last.index).toBe(last)
    cluster.close()
  })

  it('of a member whose leader is lost are asked of the next', () => {
    for (let ms = 0; ms < 20; ms++) {
      const cluster = new TestCluster({ seed: 17 }).grow(3)
      cluster.commit()
      const [follower] = cluster.followers
      if (follower === undefined) throw new Error('There are no followers.')
      const barrier = cluster.barrier(follower)
      cluster.run(ms)
      cluster.leaders[0]?.crash()
      cluster.until(() => barrier.ending !== undefined, 'an answer')
      expect(barrier.ending).toBe('done')
      cluster.close()
    }
  })
})

describe('handing over', () => {
  it('makes another the leader, at once', () => {
    const cluster = new TestCluster({ seed: 18 }).grow(3)
    const { leader: old, term } = cluster
    const begun = cluster.clock.now()
    old.member?.handOver()
    cluster.until(() => cluster.leaders.some(leader => leader !== old), 'another leader')
    expect(cluster.clock.now() - begun).toBeLessThan(cluster.settings.electionTimeoutMs)
    cluster.until(() => !old.isLeader, 'the old one to follow')
    expect(cluster.term).toBe(term + 1)
    cluster.commit()
    cluster.converge()
    cluster.close()
  })

  it('to one that does not answer ends, and appends go on', () => {
    const cluster = new TestCluster({ seed: 19 }).grow(2)
    const { leader } = cluster
    const [other] = cluster.followers
    if (other === undefined) throw new Error('There are no followers.')
    other.pause()
    leader.member?.handOver()
    cluster.run(50)
    const append = cluster.append(leader)
    cluster.run(100)
    other.resume()
    cluster.until(() => append.ending === 'done', 'the append to be answered')
    cluster.converge()
    cluster.close()
  })

  it('is nothing for one who does not lead, or is alone', () => {
    const cluster = new TestCluster({ seed: 20 }).grow(3)
    const { leader, term } = cluster
    cluster.followers[0]?.member?.handOver()
    cluster.run(500)
    expect([cluster.leader, cluster.term]).toEqual([leader, term])
    const alone = new TestCluster({ seed: 21 }).grow(1)
    alone.leader.member?.handOver()
    alone.commit()
    for (const one of [cluster, alone]) one.close()
  })
})
