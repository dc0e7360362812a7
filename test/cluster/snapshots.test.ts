import { lowerLimits, TestCluster, type TestMember } from '../../lib/testing/cluster'

describe('snapshots', () => {
  let restore: () => void = () => undefined
  beforeEach(() => {
    restore = lowerLimits({ tailEntries: 0, tailBytes: 0, snapshotChunkBytes: 200, readBytes: 500 })
  })
  afterEach(() => restore())

  /** Three members, one of which is down, and a leader that has compacted what that one lacks. */
  const behind = (seed: number, bytes = 2000): { cluster: TestCluster; away: TestMember } => {
    const cluster = new TestCluster({ seed }).grow(3)
    const [away] = cluster.followers
    if (away === undefined) throw new Error('There are no followers.')
    away.crash()
    for (const member of cluster.running) member.snapshotBytes = bytes
    for (let at = 0; at < 20; at++) cluster.commit()
    for (const member of cluster.running) member.compact()
    cluster.run(300)
    cluster.commit()
    expect(cluster.leader.replica?.parts.log.shape.base.index).toBeGreaterThan(15)
    return { cluster, away }
  }
  const chunksTo = (cluster: TestCluster, member: TestMember): { count: number; largest: number } => {
    const seen = { count: 0, largest: 0 }
    cluster.network.traffic$.subscribe(({ type, to, message }) => {
      if (type !== 'delivered' || to !== member.address || !('data' in message)) return
      seen.count++
      if (message.data instanceof Uint8Array) seen.largest = Math.max(seen.largest, message.data.byteLength)
    })
    return seen
  }

  it('reach a follower that is behind the log, in chunks of a bounded size', () => {
    const { cluster, away } = behind(1)
    const chunks = chunksTo(cluster, away)
    away.start()
    cluster.converge(cluster.members)
    expect(away.replica?.snapshot?.index).toBeGreaterThan(15)
    expect(chunks.count).toBeGreaterThanOrEqual(10)
    expect(chunks.largest).toBe(200)
    expect(away.events.some(({ type }) => type === 'failed')).toBe(false)
    cluster.close()
  })

  it('are installed whole or not at all, at whichever moment the follower dies', () => {
    for (let ms = 0; ms < 200; ms += 11) {
      const { cluster, away } = behind(2)
      away.start()
      cluster.run(ms)
      away.crash()
      cluster.run(50)
      away.start()
      cluster.converge(cluster.members)
      cluster.close()
    }
  })

  it('go on with another leader when the one that sends is lost', () => {
    for (let ms = 5; ms < 200; ms += 19) {
      const { cluster, away } = behind(3)
      const old = cluster.leader
      away.start()
      cluster.run(ms)
      old.crash()
      cluster.until(() => cluster.leaders.length === 1, 'a leader')
      cluster.commit()
      cluster.converge()
      old.start()
      cluster.converge(cluster.members)
      cluster.close()
    }
  })

  it('arrive, though newer ones appear while one is under way', () => {
    const { cluster, away } = behind(4, 5000)
    away.start()
    for (let at = 0; at < 20; at++) {
      cluster.commit()
      cluster.leader.compact()
      cluster.run(15)
    }
    cluster.converge(cluster.members)
    cluster.close()
  })

  it('arrive at a slow disk over a bad network', () => {
    const { cluster, away } = behind(5)
    away.disk.latencyMs = [20, 60]
    cluster.network.setFaults({ drop: 0.2, duplicate: 0.2, reorder: 0.2 })
    away.start()
    cluster.until(() => (away.replica?.snapshot?.index ?? 0) > 15, 'the snapshot to be installed', 60_000)
    cluster.network.setFaults({ drop: 0, duplicate: 0, reorder: 0 })
    cluster.converge(cluster.members)
    cluster.close()
  })

  it('that are older than what has committed here change nothing', () => {
    const { cluster, away } = behind(6)
    away.start()
    cluster.converge(cluster.members)
    const before = away.replica?.snapshot
    const newer = (): number => away.replica?.applied ?? 0
    for (let at = 0; at < 5; at++) cluster.commit()
    cluster.converge(cluster.members)
    const applied = newer()
    // what the leader has sent before, once more
    const old = cluster.leader.disk.snapshots.at(-1)
    expect(old?.meta.index).toBe(before?.index)
    cluster.run(2000)
    expect(newer()).toBe(applied)
    cluster.close()
  })

  it('reach a leader that was cut off, over a suffix of its own that a slow disk still has when they count', () => {
    const cluster = new TestCluster({ seed: 3 }).grow(3)
    const old = cluster.leader
    cluster.network.isolate(old.address)
    for (let at = 0; at < 40; at++) cluster.append(old)
    const others = cluster.members.filter(member => member !== old)
    cluster.until(() => others.some(({ isLeader }) => isLeader), 'another leader')
    cluster.run(300)
    const [leader] = others.filter(({ isLeader }) => isLeader)
    for (let at = 0; at < 12; at++) {
      const append = cluster.append(leader)
      cluster.until(() => append.ending === 'done', 'an append to be acknowledged')
    }
    for (const member of others) member.compact()
    cluster.run(200)
    old.disk.latencyMs = 60
    cluster.network.heal()
    cluster.converge(cluster.members)
    expect(old.replica?.snapshot?.index).toBeGreaterThan(12)
    cluster.close()
  })

  it('hold the sessions, so that an append is applied once also after them', () => {
    const cluster = new TestCluster({ seed: 7 }).grow(3)
    const call = { session: '0bcdef0123456789abcd', number: 7, payload: Uint8Array.of(1) }
    const first = cluster.append(cluster.leader, call)
    cluster.until(() => first.ending === 'done', 'the first to be answered')
    for (const member of cluster.members) member.compact()
    cluster.run(200)
    for (const member of cluster.members) member.crash()
    for (const member of cluster.members) member.start()
    cluster.until(() => cluster.leaders.length === 1, 'a leader')
    const { joiner } = cluster.join(cluster.leader)
    cluster.until(() => cluster.isVoter(joiner), 'it to be a voter')
    for (const member of cluster.members) {
      const again = cluster.append(member, call)
      cluster.until(() => again.ending !== undefined, 'an answer')
      expect([again.ending, again.index]).toEqual(['done', first.index])
    }
    cluster.converge()
    expect(cluster.leader.machine.state).toMatch(/^1 entries/)
    cluster.close()
  })
})
