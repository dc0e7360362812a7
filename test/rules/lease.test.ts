import { isSafeLease, isWithinLease, mayHavePromised } from '../../streams/rules/lease'

const leases = (leaseMs: number, clockBoundMs = 0) => ({ electionTimeoutMs: 100, leaseMs, clockBoundMs })

describe('a lease', () => {
  test('is safe where it ends before voters may turn away, by whichever clock', () => {
    for (const settings of [leases(0), leases(0, 500), leases(100), leases(60, 40)])
      expect(isSafeLease(settings)).toBe(true)
    for (const settings of [leases(101), leases(60, 41), leases(1, 100)]) expect(isSafeLease(settings)).toBe(false)
  })

  test('counts from when the leader sent what was answered, and not at all where nothing was', () => {
    expect(isWithinLease(1000, 1059, leases(60))).toBe(true)
    expect(isWithinLease(1000, 1060, leases(60))).toBe(false)
    expect(isWithinLease(undefined, 1000, leases(60))).toBe(false)
    expect(isWithinLease(1000, 1000, leases(0))).toBe(false)
  })

  test('may have been promised before a member was opened, until it is over by any clock', () => {
    expect(mayHavePromised(1000, 1079, leases(60, 20))).toBe(true)
    expect(mayHavePromised(1000, 1080, leases(60, 20))).toBe(false)
    expect(mayHavePromised(1000, 1000, leases(0, 20))).toBe(false)
  })
})
