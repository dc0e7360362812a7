import { BEFORE, NEXT, pretendNext } from '../../lib/testing/cluster/next-version.js'
import { TestCluster, type TestMember } from '../../lib/testing/cluster/index.js'
import type { Operation } from '../../lib/testing/cluster/operations.js'

describe('the version of a cluster', () => {
  let restore: () => void
  beforeEach(() => (restore = pretendNext()))
  afterEach(() => restore())

  const upgrade = (cluster: TestCluster, member: TestMember): void => {
    member.stop()
    member.protocol = NEXT
    start(cluster, member)
  }
  const start = (cluster: TestCluster, member: TestMember): void => {
    member.start()
    cluster.until(() => member.member !== undefined && cluster.isConverged(), 'all to be equal')
  }
  const raise = (cluster: TestCluster, by: TestMember): Operation => {
    const settings = { version: NEXT.newest }
    const raising = cluster.callers.change(by, { type: 'settle', settings })
    cluster.until(() => raising.ending !== undefined, 'an answer')
    return raising
  }

  it('is raised once all members speak it, and are known to', () => {
    const cluster = new TestCluster({ protocol: BEFORE }).grow(3)
    const [first, second, third] = cluster.members as [TestMember, TestMember, TestMember]
    expect(raise(cluster, first)).toMatchObject({ ending: 'rejected', error: { code: 'KAYAK_VERSION' } })
    for (const member of [second, third]) upgrade(cluster, member)
    // the leader doesn't, and then the one that led
    expect(raise(cluster, second)).toMatchObject({ ending: 'rejected', error: { code: 'KAYAK_VERSION' } })
    first.member?.handOver()
    cluster.until(() => second.isLeader || third.isLeader, 'another to lead')
    cluster.commit()
    const refused = raise(cluster, first)
    expect(refused).toMatchObject({ ending: 'rejected', error: { code: 'KAYAK_VERSION' } })
    expect(String(refused.error)).toContain(first.id)
    // who is down may be of any version
    first.stop()
    expect(raise(cluster, second)).toMatchObject({ ending: 'rejected', error: { code: 'KAYAK_VERSION' } })
    first.protocol = NEXT
    start(cluster, first)
    expect(raise(cluster, first)).toMatchObject({ ending: 'done' })
    cluster.converge()
    expect(cluster.members.map(({ replica }) => replica?.roster.settings.version)).toEqual([2, 2, 2])
    cluster.close()
  })

  it('is not raised by a member alone that does not speak it', () => {
    const cluster = new TestCluster({ protocol: BEFORE }).grow(1)
    expect(raise(cluster, cluster.leader)).toMatchObject({ ending: 'rejected', error: { code: 'KAYAK_VERSION' } })
    upgrade(cluster, cluster.leader)
    cluster.until(() => cluster.leaders.length === 1, 'it to lead')
    expect(raise(cluster, cluster.leader)).toMatchObject({ ending: 'done' })
    cluster.close()
  })
})
