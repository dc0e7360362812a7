import { disagreement } from '../../streams/rules/agreement'

describe('what a host is told of the settings of its cluster', () => {
  const settings = { electionTimeoutMs: 300, leaseMs: 100, clockBoundMs: 20 }

  test('agrees where it says nothing, or the same', () => {
    for (const wishes of [{}, { electionTimeoutMs: 300 }, { heartbeatMs: 100 }, { electionTimeoutMs: undefined }])
      expect(disagreement(settings, wishes)).toBeUndefined()
  })

  test('disagrees on another election timeout, and on a leader that is heard too rarely within it', () => {
    for (const electionTimeoutMs of [299, 301])
      expect(disagreement(settings, { electionTimeoutMs })).toBe('electionTimeoutMs')
    expect(disagreement(settings, { heartbeatMs: 101 })).toBe('heartbeatMs')
  })

  test('disagrees on another lease, and another bound of clocks', () => {
    expect(disagreement(settings, { leaseMs: 0 })).toBe('leaseMs')
    expect(disagreement(settings, { clockBoundMs: 21 })).toBe('clockBoundMs')
    expect(disagreement(settings, { leaseMs: 100, clockBoundMs: 20 })).toBeUndefined()
  })
})
