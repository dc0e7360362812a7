import fc from 'fast-check'
import {
  afterLoss,
  afterSnapshot,
  answered,
  awaitingSnapshot,
  beginProgress,
  hasLost,
  lossMark,
  maySend,
  refused,
  sent,
  type Answered,
  type Progress,
} from '../../streams/rules/progress'

const LIMITS = { messages: 3, bytes: 100 }
const says = (match: number, verified = match, round = 0): Answered => ({ match, verified, round })

/** A member that has matched up to `match` and is sent more. */
const replicating = (match: number): Progress => answered(beginProgress(1, match), 0, says(match))

describe('a member that is probed', () => {
  const probe = beginProgress(4, 9)

  test('begins behind the last entry, holding nothing that anyone knows of', () => {
    expect(probe).toMatchObject({ state: 'probe', incarnation: 4, match: 0, verified: 0, next: 10, heardAt: undefined })
  })

  test('gets one message at a time, and the next one stays the same', () => {
    expect(maySend(probe, LIMITS)).toBe(true)
    const waiting = sent(probe, 12, 10)
    expect([maySend(waiting, LIMITS), waiting.next]).toEqual([false, 10])
  })

  test('is sent more at once as soon as its log is known to agree, durable or not', () => {
    const agreed = answered(sent(probe, 12, 10), 5, says(3, 12))
    expect(agreed).toMatchObject({ state: 'replicate', match: 3, verified: 12, next: 13, heardAt: 5 })
    expect(maySend(agreed, LIMITS)).toBe(true)
  })

  test('stays probed by an answer that says too little', () => {
    expect(answered(probe, 5, says(3))).toMatchObject({ state: 'probe', match: 3, next: 10 })
  })

  test('goes back where it refuses, and not for a message that it was not asked about', () => {
    expect(refused(probe, 9, 4)).toMatchObject({ state: 'probe', next: 5, inFlight: [] })
    expect(refused(probe, 8, 4)).toBe(probe)
  })

  test('never goes back behind what it holds', () => {
    expect(refused(answered(probe, 0, says(6)), 9, 2).next).toBe(7)
  })
})

describe('a member that is sent more', () => {
  test('is pipelined up to so many messages and bytes', () => {
    let progress = replicating(4)
    for (const last of [5, 6, 7]) {
      expect(maySend(progress, LIMITS)).toBe(true)
      progress = sent(progress, last, 10)
    }
    expect([progress.next, maySend(progress, LIMITS)]).toEqual([8, false])
    expect(maySend(answered(progress, 0, says(5)), LIMITS)).toBe(true)
    expect(maySend(sent(replicating(4), 5, 100), LIMITS)).toBe(false)
    expect(maySend(sent(replicating(4), 5, 99), LIMITS)).toBe(true)
  })

  test('keeps in flight what is not durable there yet', () => {
    const progress = sent(sent(replicating(4), 6, 10), 8, 10)
    expect(answered(progress, 0, says(6, 8)).inFlight).toEqual([{ last: 8, bytes: 10 }])
  })

  test('is probed again after a refusal that is not late', () => {
    const progress = sent(replicating(4), 8, 10)
    expect(refused(progress, 6, 4)).toMatchObject({ state: 'probe', match: 4, next: 5, inFlight: [] })
    expect(refused(progress, 4, 2)).toBe(progress)
    expect(refused(progress, 3, 2)).toBe(progress)
  })

  test('forgets on a refusal what was verified beyond its disk: it may have lost that with its power', () => {
    const progress = answered(sent(replicating(4), 8, 10), 0, says(4, 8))
    expect(refused(progress, 8, 4)).toMatchObject({ verified: 4, next: 5 })
  })
})

describe('answers', () => {
  const progresses: fc.Arbitrary<Progress> = fc
    .record({
      state: fc.constantFrom<Progress['state']>('probe', 'replicate', 'snapshot'),
      match: fc.nat({ max: 20 }),
      ahead: fc.nat({ max: 5 }),
      next: fc.nat({ max: 10 }),
      inFlight: fc.array(fc.nat({ max: 5 }), { maxLength: 4 }),
      round: fc.nat({ max: 5 }),
    })
    .map(({ state, match, ahead, next, inFlight, round }) => ({
      state,
      incarnation: 1,
      match,
      verified: match + ahead,
      next: match + 1 + next,
      inFlight: inFlight.map((more, at) => ({ last: match + 1 + at * 5 + more, bytes: 1 })),
      round,
      heardAt: undefined,
    }))
  const answers: fc.Arbitrary<Answered> = fc
    .record({ match: fc.nat({ max: 30 }), ahead: fc.nat({ max: 5 }), round: fc.nat({ max: 8 }) })
    .map(({ match, ahead, round }) => says(match, match + ahead, round))

  test('late, doubled or out of order, lower nothing and end the same', () => {
    fc.assert(
      fc.property(progresses, answers, answers, (before, one, other) => {
        const after = answered(answered(before, 1, one), 2, other)
        const { match, verified, round } = after
        expect(match).toBe(Math.max(before.match, one.match, other.match))
        expect(round).toBe(Math.max(before.round, one.round, other.round))
        expect(verified).toBe(Math.max(before.verified, one.verified, other.verified))
        const reversed = answered(answered(before, 1, other), 2, one)
        expect([reversed.match, reversed.verified, reversed.round]).toEqual([match, verified, round])
        expect(answered(after, 2, one)).toEqual(after)
      }),
    )
  })

  test('and refusals leave next behind match, and match what it was', () => {
    fc.assert(
      fc.property(progresses, fc.nat({ max: 40 }), fc.nat({ max: 40 }), (before, index, agreeable) => {
        const after = refused(before, index, agreeable)
        expect(after.match).toBe(before.match)
        expect(after.next).toBeGreaterThan(after.match)
        expect(after.next).toBeLessThanOrEqual(before.next)
        expect(after.verified).toBeGreaterThanOrEqual(after.match)
      }),
    )
  })
})

describe('a loss', () => {
  const under = sent(replicating(4), 6, 10)

  test('is noticed when nothing has come since the mark of what was under way then', () => {
    expect(hasLost(under, lossMark(under))).toBe(true)
    expect(hasLost(sent(under, 7, 10), lossMark(under))).toBe(true)
  })

  test('is none without a mark, without messages under way, or when something has come', () => {
    expect(hasLost(under, undefined)).toBe(false)
    expect(hasLost(under, lossMark(replicating(4)))).toBe(false)
    expect(hasLost(replicating(4), lossMark(replicating(4)))).toBe(false)
    expect(hasLost(answered(under, 1, says(5)), lossMark(under))).toBe(false)
    expect(hasLost(answered(under, 1, says(4, 5)), lossMark(under))).toBe(false)
  })

  test('is none where all has arrived and only the disk is slow', () => {
    const arrived = answered(under, 1, says(4, 6))
    expect(arrived.inFlight).toHaveLength(1)
    expect(hasLost(arrived, lossMark(arrived))).toBe(false)
  })

  test('sends anew from what is known to have arrived', () => {
    const half = answered(sent(under, 8, 10), 1, says(4, 6))
    expect(afterLoss(half)).toMatchObject({ state: 'probe', next: 7, inFlight: [{ last: 6, bytes: 10 }] })
    expect(maySend(afterLoss(half), LIMITS)).toBe(true)
    expect(maySend(sent(afterLoss(half), 8, 10), LIMITS)).toBe(false)
  })

  test('after loss leaves no more in flight than ever, while the disk there hangs', () => {
    let progress = replicating(4)
    let last = 4
    for (let loss = 0; loss < 9; loss++) {
      while (maySend(progress, LIMITS)) progress = sent(progress, (last = progress.next), 40)
      // it hears all but the last, which gets lost
      progress = afterLoss(answered(progress, 0, says(4, last - 1)))
      // and then what it is asked with
      if (maySend(progress, LIMITS)) progress = answered(sent(progress, (last = progress.next), 40), 0, says(4, last))
    }
    expect(progress.inFlight.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(LIMITS.bytes + 40)
    expect(progress.verified).toBeLessThan(10)
  })

  test('of a probe says nothing, so the same is sent again', () => {
    const lost = sent(beginProgress(4, 9), 12, 10)
    expect(afterLoss(lost)).toMatchObject({ state: 'probe', next: 10, inFlight: [] })
    expect(afterLoss(sent(refused(lost, 9, 4), 8, 10))).toMatchObject({ state: 'probe', next: 5, inFlight: [] })
  })
})

describe('a member that gets a snapshot', () => {
  const waiting = awaitingSnapshot(sent(replicating(4), 6, 10))

  test('gets nothing else, and refuses nothing', () => {
    expect(maySend(waiting, LIMITS)).toBe(false)
    expect(refused(waiting, 9, 2)).toBe(waiting)
  })

  test('is probed from behind it once it is there', () => {
    const installed = answered(waiting, 1, says(20))
    expect(installed).toMatchObject({ state: 'snapshot', match: 20, next: 21 })
    expect(afterSnapshot(installed, installed.next)).toMatchObject({ state: 'probe', next: 21, inFlight: [] })
  })

  test('goes on from where it was if the snapshot was given up', () => {
    expect(afterSnapshot(waiting, waiting.next)).toMatchObject({ state: 'probe', match: 4, next: 7 })
    expect(afterSnapshot(waiting, 1).next).toBe(5)
  })
})
