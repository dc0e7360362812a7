import { TestCluster } from '../../lib/testing/cluster'

describe.each([1, 2, 3, 5, 7])('a cluster of %i', size => {
  test('grows, elects, commits and stops', () => {
    const cluster = new TestCluster({ seed: size }).grow(size)
    cluster.commit()
    cluster.converge()
    cluster.close()
  })
})
