import { TestCluster } from '../../lib/testing/cluster'

const stepDowns = ({ events }: { readonly events: readonly { readonly type: string }[] }) =>
  events.filter(({ type }) => type === 'stepped-down')

describe('a leader whose event loop is held', () => {
  it('for an election timeout, gives up as soon as it goes on, and says why', () => {
    const cluster = new TestCluster({ seed: 3 }).grow(3)
    const { electionTimeoutMs } = cluster.settings
    const old = cluster.leader
    // nobody else can stand meanwhile: what it does is not because of what it hears
    for (const other of cluster.followers) other.pause()
    old.pause()
    cluster.run(2 * electionTimeoutMs)
    old.resume()
    cluster.run(1)
    expect([old.isLeader, old.replica?.standing.leader]).toEqual([false, undefined])
    expect(stepDowns(old)).toEqual([expect.objectContaining({ type: 'stepped-down', why: 'stalled' })])
    for (const other of cluster.members) other.resume()
    cluster.until(() => cluster.leaders.length === 1, 'a leader')
    cluster.commit()
    cluster.converge()
    cluster.close()
  })

  it('for less, goes on', () => {
    const cluster = new TestCluster({ seed: 3 }).grow(3)
    const old = cluster.leader
    old.pause()
    cluster.run(0.7 * cluster.settings.electionTimeoutMs)
    old.resume()
    cluster.commit(old)
    expect([cluster.leader, stepDowns(old)]).toEqual([old, []])
    cluster.close()
  })

  it('goes on if it is alone: there is nobody else', () => {
    const cluster = new TestCluster({ seed: 3 }).grow(1)
    const { leader, term } = cluster
    leader.pause()
    cluster.run(10 * cluster.settings.electionTimeoutMs)
    leader.resume()
    cluster.commit(leader)
    expect([cluster.term, stepDowns(leader)]).toEqual([term, []])
    cluster.close()
  })
})
