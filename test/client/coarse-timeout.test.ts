import { coarseTimeout } from '../../lib/host/clients/coarse-timeout'

const DAY_MS = 24 * 60 * 60 * 1000

describe('the timeout of a client', () => {
  it.each([
    [1, 1],
    [15, 15],
    [17, 18],
    [10_000, 10_240],
    [DAY_MS, 92_274_688],
  ])('of %i ms is %i ms to a member', (asked, kept) => {
    expect(coarseTimeout(asked)).toBe(kept)
  })

  it('is one of few, no less than was asked and an eighth more at most', () => {
    const kept = new Set<number>()
    for (let asked = 1; asked <= DAY_MS; asked += 1 + Math.floor(asked / 5000)) {
      const timeoutMs = coarseTimeout(asked)
      kept.add(timeoutMs)
      expect(timeoutMs).toBeGreaterThanOrEqual(asked)
      expect(timeoutMs).toBeLessThanOrEqual((asked * 9) / 8)
    }
    expect(kept.size).toBeLessThan(220)
  })
})
