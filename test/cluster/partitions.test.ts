import { bridge, deafen, mute, ring, split, TestCluster, type TestMember } from '../../lib/testing/cluster'

const T = 200

/** What cuts a cluster, and whether a majority of it can go on. */
const SHAPES: readonly (readonly [string, (cluster: TestCluster) => void, boolean])[] = [
  ['the leader from all others', cluster => cluster.network.isolate(cluster.leader.address), true],
  ['a follower from all others', cluster => cluster.network.isolate(cluster.followers[0]?.address ?? ''), true],
  [
    'the leader and one more from the majority',
    cluster => split(cluster, [cluster.leader, ...cluster.followers.slice(0, 1)], cluster.followers.slice(1)),
    true,
  ],
  [
    'a minority from the leader’s side',
    cluster => split(cluster, cluster.followers.slice(0, 2), [cluster.leader, ...cluster.followers.slice(2)]),
    true,
  ],
  ['all from all', cluster => split(cluster, ...cluster.members.map(member => [member])), false],
  ['two halves that one still bridges', cluster => bridge(cluster, [...cluster.followers, cluster.leader]), true],
  [
    'two halves that the leader still bridges',
    cluster => bridge(cluster, [cluster.leader, ...cluster.followers]),
    true,
  ],
  ['all but neighbours', cluster => ring(cluster), true],
  ['what the leader sends, though it hears all', cluster => mute(cluster, cluster.leader), true],
  ['what the leader hears, though all hear it', cluster => deafen(cluster, cluster.leader), true],
  ['what a follower sends', cluster => cluster.followers[0] && mute(cluster, cluster.followers[0]), true],
  ['what a follower hears', cluster => cluster.followers[0] && deafen(cluster, cluster.followers[0]), true],
]

/** Whether some member leads and gets appends committed. */
const serves = (cluster: TestCluster, withinMs: number): boolean => {
  const begun = cluster.clock.now()
  while (cluster.clock.now() < begun + withinMs) {
    const asked = cluster.running.map(member => cluster.append(member, { timeoutMs: 2 * T }))
    cluster.run(2 * T + 1)
    if (asked.some(({ ending }) => ending === 'done')) return true
  }
  return false
}

describe.each(SHAPES)('a partition that cuts %s', (_, cut, goesOn) => {
  it.each([1, 2, 3])('ends in a cluster as good as new (seed %p)', seed => {
    const cluster = new TestCluster({ seed, electionTimeoutMs: T }).grow(5)
    for (let at = 0; at < 5; at++) cluster.commit()
    cut(cluster)
    expect(serves(cluster, 20 * T)).toBe(goesOn)
    cluster.network.heal()
    cluster.until(() => cluster.leaders.length === 1, 'one leader', 10 * T)
    cluster.commit()
    cluster.converge(cluster.members, 10 * T)
    cluster.close()
  })
})

describe('a member that was cut off', () => {
  const isolated = (seed: number): { cluster: TestCluster; member: TestMember } => {
    const cluster = new TestCluster({ seed, electionTimeoutMs: T }).grow(3)
    const [member] = cluster.followers
    if (member === undefined) throw new Error('There are no followers.')
    cluster.network.isolate(member.address)
    cluster.run(50 * T)
    return { cluster, member }
  }

  it.each([1, 2, 3, 4])('raises no term while it is, nor when it comes back (seed %p)', seed => {
    const { cluster, member } = isolated(seed)
    const { leader, term } = cluster
    expect(member.replica?.standing.term).toBe(term)
    cluster.network.heal()
    cluster.run(10 * T)
    expect([cluster.leader, cluster.term]).toEqual([leader, term])
    cluster.converge()
    cluster.close()
  })

  it('as a leader answers nobody with what is stale', () => {
    const cluster = new TestCluster({ seed: 5, electionTimeoutMs: T }).grow(3)
    const old = cluster.leader
    cluster.network.isolate(old.address)
    const barrier = cluster.barrier(old)
    const append = cluster.append(old)
    cluster.until(() => cluster.leaders.some(leader => leader !== old), 'another leader')
    const other = cluster.leader
    expect(other).not.toBe(old)
    cluster.commit(other)
    expect([barrier.ending, append.ending]).toEqual([undefined, undefined])
    cluster.network.heal()
    cluster.until(() => barrier.ending !== undefined && append.ending !== undefined, 'both to be answered')
    // the barrier reflects what the other leader has acknowledged meanwhile: that is checked with every answer
    expect([barrier.ending, append.ending]).toEqual(['done', 'done'])
    cluster.converge()
    cluster.close()
  })
})

describe('a network that flaps', () => {
  it.each([1, 2, 3])('costs no more than time (seed %p)', seed => {
    const cluster = new TestCluster({ seed, electionTimeoutMs: T }).grow(3)
    const asked = Array.from({ length: 20 }, (_, at) => {
      const [a, b] = [cluster.members[at % 3], cluster.members[(at + 1) % 3]]
      if (a !== undefined && b !== undefined) split(cluster, [a], [b])
      cluster.run(T / 2)
      cluster.network.heal()
      cluster.run(T / 2)
      return cluster.members.map(member => cluster.append(member))
    }).flat()
    cluster.until(() => asked.every(({ ending }) => ending === 'done'), 'all to be answered')
    cluster.converge()
    cluster.close()
  })
})
