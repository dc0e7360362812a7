import { lowerLimits, TestCluster, type TestMember } from '../../lib/testing/cluster'

const votersOf = ({ replica }: TestMember): readonly string[] =>
  replica?.committedRoster.voters.map(({ id }) => id) ?? []
const learnersOf = ({ replica }: TestMember): readonly string[] => replica?.roster.learners.map(({ id }) => id) ?? []

/** Appends that keep coming, one from each member every few milliseconds. */
function load(cluster: TestCluster, ms: number): void {
  for (let passed = 0; passed < ms; passed += 20) {
    for (const member of cluster.running) cluster.append(member)
    cluster.run(20)
  }
}

describe('joining', () => {
  it('begins as a learner that counts in no quorum, and ends as a voter', () => {
    const cluster = new TestCluster({ seed: 1 }).grow(1)
    for (let at = 0; at < 10; at++) cluster.commit()
    const { leader } = cluster
    const { joiner, operation } = cluster.join(leader)
    cluster.until(() => learnersOf(leader).includes(joiner.id), 'it to be a learner')
    // what it can't answer holds up nobody
    cluster.network.isolate(joiner.address)
    cluster.commit(leader)
    cluster.run(2000)
    expect(votersOf(leader)).toEqual([leader.id])
    cluster.network.heal()
    cluster.until(() => cluster.isVoter(joiner), 'it to be a voter')
    expect(operation.ending).toBe('done')
    cluster.converge()
    cluster.close()
  })

  it('of several at once is one change after another', () => {
    const cluster = new TestCluster({ seed: 2 }).grow(1)
    const joins = Array.from({ length: 4 }, () => cluster.join(cluster.leader))
    load(cluster, 500)
    cluster.until(() => joins.every(({ joiner }) => cluster.isVoter(joiner)), 'all to be voters')
    expect(votersOf(cluster.leader)).toHaveLength(5)
    cluster.converge()
    cluster.close()
  })

  it('goes on with another leader when the one that began it is lost', () => {
    for (let ms = 0; ms < 60; ms += 3) {
      const cluster = new TestCluster({ seed: 3 }).grow(3)
      const old = cluster.leader
      const [by] = cluster.followers
      if (by === undefined) throw new Error('There are no followers.')
      const { joiner, operation } = cluster.join(by)
      cluster.run(ms)
      old.crash()
      cluster.until(() => operation.ending !== undefined && cluster.isVoter(joiner), 'it to be a voter')
      old.start()
      cluster.converge(cluster.members)
      cluster.close()
    }
  })

  it('with a history that is gone begins with a snapshot', () => {
    const restore = lowerLimits({ tailEntries: 0, tailBytes: 0, snapshotChunkBytes: 100 })
    try {
      const cluster = new TestCluster({ seed: 4 }).grow(1)
      for (let at = 0; at < 30; at++) cluster.commit()
      cluster.leader.snapshotBytes = 1000
      cluster.leader.compact()
      cluster.run(100)
      cluster.commit()
      const { joiner } = cluster.join(cluster.leader)
      cluster.until(() => cluster.isVoter(joiner), 'it to be a voter')
      cluster.converge()
      expect(joiner.replica?.snapshot?.index).toBeGreaterThan(25)
      cluster.close()
    } finally {
      restore()
    }
  })
})

describe('removing', () => {
  it('a follower ends it, and the others go on with a smaller quorum', () => {
    const cluster = new TestCluster({ seed: 5 }).grow(3)
    const [one, other] = cluster.followers
    if (one === undefined || other === undefined) throw new Error('There are no followers.')
    const operation = cluster.remove(one, other)
    cluster.until(() => operation.ending === 'done' && one.end === 'removed', 'it to be removed')
    other.crash()
    cluster.run(100)
    other.start()
    cluster.commit()
    expect(votersOf(cluster.leader)).toHaveLength(2)
    cluster.close()
  })

  it('one that is down needs no answer of it, and it learns of that when it comes back', () => {
    const cluster = new TestCluster({ seed: 6 }).grow(3)
    const [gone] = cluster.followers
    if (gone === undefined) throw new Error('There are no followers.')
    gone.crash()
    const operation = cluster.remove(gone)
    cluster.until(() => operation.ending === 'done', 'it to be removed')
    const { term, leader } = cluster
    gone.start()
    cluster.until(() => gone.end === 'removed', 'it to know')
    expect([cluster.leader, cluster.term]).toEqual([leader, term])
    cluster.close()
  })

  it('the leader is committed by the others, who elect another', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const cluster = new TestCluster({ seed }).grow(3)
      const old = cluster.leader
      load(cluster, 60)
      const operation = cluster.remove(old)
      cluster.until(() => operation.ending !== undefined && old.end === 'removed', 'the leader to be removed')
      cluster.until(() => cluster.leaders.length === 1, 'another leader')
      cluster.commit()
      expect(votersOf(cluster.leader)).not.toContain(old.id)
      cluster.converge()
      cluster.close()
    }
  })

  it('all but one leaves one that serves, and never the last', () => {
    const cluster = new TestCluster({ seed: 7 }).grow(5)
    while (cluster.running.length > 1) {
      const [member] = cluster.followers
      if (member === undefined) break
      const operation = cluster.remove(member)
      cluster.until(() => operation.ending === 'done' && member.end === 'removed', 'it to be removed')
    }
    cluster.commit()
    const last = cluster.remove(cluster.leader)
    cluster.until(() => last.ending !== undefined, 'an answer')
    expect([last.ending, last.error?.code]).toEqual(['rejected', 'KAYAK_INVALID'])
    cluster.commit()
    cluster.close()
  })

  it('and joining under load and through crashes loses nothing', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const cluster = new TestCluster({ seed, diskMs: [0, 5] }).grow(3)
      for (let round = 0; round < 4; round++) {
        cluster.join(cluster.leader)
        load(cluster, 100)
        cluster.followers[round % 2]?.crash()
        load(cluster, 100)
        for (const member of cluster.members) if (member.end === 'crashed') member.start()
        const [member] = cluster.followers
        if (member !== undefined) cluster.remove(member)
        load(cluster, 100)
        cluster.until(() => cluster.leaders.length === 1, 'a leader')
      }
      cluster.commit()
      cluster.converge()
      cluster.close()
    }
  })

  it('is rolled back where its entry is', () => {
    const cluster = new TestCluster({ seed: 8 }).grow(3)
    const old = cluster.leader
    const [one, other] = cluster.followers
    if (one === undefined || other === undefined) throw new Error('There are no followers.')
    cluster.network.isolate(old.address)
    cluster.remove(one, old)
    cluster.until(() => old.replica?.roster.voters.length === 2, 'the change to be appended')
    cluster.until(() => cluster.leaders.some(leader => leader !== old), 'another leader')
    cluster.commit(cluster.leader)
    cluster.network.heal()
    cluster.until(
      () => cluster.isConverged([one, other, old].filter(({ end }) => end === undefined)),
      'all to be equal',
    )
    cluster.run(12_000)
    cluster.converge()
    cluster.close()
  })
})

describe('a member that was removed and is added again', () => {
  it('is another incarnation', () => {
    const cluster = new TestCluster({ seed: 9 }).grow(3)
    const [member] = cluster.followers
    if (member === undefined) throw new Error('There are no followers.')
    const before = cluster.leader.replica?.roster.voters.find(({ id }) => id === member.id)?.incarnation ?? 0
    member.crash()
    const removal = cluster.remove(member)
    cluster.until(() => removal.ending === 'done', 'it to be removed')
    const again = cluster.callers.change(cluster.leader, { type: 'add', id: member.id, address: member.address })
    cluster.until(() => again.ending === 'done', 'it to be added')
    const after = cluster.leader.replica?.roster.learners.find(({ id }) => id === member.id)?.incarnation ?? 0
    expect(after).toBeGreaterThan(before)
    member.start()
    cluster.until(() => cluster.isVoter(member), 'it to be a voter again')
    cluster.converge(cluster.members)
    cluster.close()
  })
})
