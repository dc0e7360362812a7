import { disagreement } from '../../streams/rules/agreement'

describe('what a host is told of the settings of its cluster', () => {
  const settings = { electionTimeoutMs: 300 }

  test('agrees where it says nothing, or the same', () => {
    for (const wishes of [{}, { electionTimeoutMs: 300 }, { heartbeatMs: 100 }, { electionTimeoutMs: undefined }])
      expect(disagreement(settings, wishes)).toBeUndefined()
  })

  test('disagrees on another election timeout, and on a leader that is heard too rarely within it', () => {
    for (const electionTimeoutMs of [299, 301])
      expect(disagreement(settings, { electionTimeoutMs })).toBe('electionTimeoutMs')
    expect(disagreement(settings, { heartbeatMs: 101 })).toBe('heartbeatMs')
  })
})
