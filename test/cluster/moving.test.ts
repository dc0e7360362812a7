import { lowerLimits, TestCluster } from '../../lib/testing/cluster/index.js'

describe('a member that is started elsewhere', () => {
  it('is found by a leader that it has not heard of, though the rosters that it has do not have it yet', () => {
    const restore = lowerLimits({ batchBytes: 1, pipelineMessages: 1 })
    try {
      const cluster = new TestCluster().grow(3)
      const [founder] = cluster.members
      cluster.leader.member?.handOver()
      cluster.until(() => cluster.leaders.some(leader => leader !== founder), 'another to lead')
      cluster.commit()
      const { joiner } = cluster.join(cluster.leader)
      const knowsRoster = (): boolean => (joiner.replica?.roster.index ?? 0) > 0
      cluster.until(knowsRoster, 'a first roster to arrive')
      expect(joiner.replica?.roster.voters.map(({ id }) => id)).toEqual([founder?.id])
      joiner.crash('whole')
      cluster.move(joiner, 'elsewhere:7000')
      joiner.start()
      cluster.until(() => cluster.isVoter(joiner), 'the joiner to be a voter')
      cluster.close()
    } finally {
      restore()
    }
  })
})
