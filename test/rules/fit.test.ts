import fc from 'fast-check'
import { ORIGIN } from '../../streams/rules/entry'
import { agreeableBefore, fitEntries } from '../../streams/rules/fit'
import { emptyShape, extended, truncated, type LogShape } from '../../streams/rules/log-shape'
import { agreement, at, matchingLogs, positions, shapeOf, type Terms } from './logs'

/** What a follower holds after a message, by section 3.5 read aloud: drop from the first conflict, append what is new. */
function receive(log: Terms, previous: number, sent: Terms): Terms {
  const result = [...log]
  for (const [offset, term] of sent.entries()) {
    const slot = previous + offset
    if (slot < result.length && result[slot] !== term) result.length = slot
    if (slot >= result.length) result.push(term)
  }
  return result
}

/** What a shape becomes by a message that fits. */
function taken(shape: LogShape, previous: number, leader: Terms, end: number): LogShape {
  const fit = fitEntries(shape, at(leader, previous), positions(leader, previous + 1, end))
  if (!fit.fits) throw new Error('It does not fit.')
  const cut = fit.truncateFrom === undefined ? shape : truncated(shape, fit.truncateFrom)
  return extended(
    cut,
    positions(leader, previous + 1, end).filter(({ index }) => index >= fit.from),
  )
}

/** Two logs of one history, a message of one to the other, and a compacted prefix that has surely committed. */
const messages = fc
  .tuple(matchingLogs, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat())
  .map(([[leader = [], follower = []], where, length, compacts]) => {
    const previous = Math.round(where * leader.length)
    const end = previous + Math.round(length * (leader.length - previous))
    const agree = agreement(leader, follower)
    return { leader, follower, previous, end, agree, base: compacts % (agree + 1) }
  })

describe('entries that a leader sends', () => {
  test('leave what the section says by hand, whatever of it is compacted', () => {
    fc.assert(
      fc.property(messages, ({ leader, follower, previous, end, agree, base }) => {
        const shape = shapeOf(follower, base)
        const fit = fitEntries(shape, at(leader, previous), positions(leader, previous + 1, end))
        expect(fit.fits).toBe(previous <= agree)
        if (!fit.fits) return
        expect(taken(shape, previous, leader, end)).toEqual(
          shapeOf(receive(follower, previous, leader.slice(previous, end)), base),
        )
      }),
      { numRuns: 1000 },
    )
  })

  test('truncate only at a real conflict, never what agrees, and are appended from there', () => {
    fc.assert(
      fc.property(messages, ({ leader, follower, previous, end, agree, base }) => {
        const fit = fitEntries(shapeOf(follower, base), at(leader, previous), positions(leader, previous + 1, end))
        if (!fit.fits) return
        const conflicts = end > agree && follower.length > agree
        expect(fit.truncateFrom).toBe(conflicts ? agree + 1 : undefined)
        expect(fit.from).toBe(Math.min(end, agree) + 1)
      }),
      { numRuns: 1000 },
    )
  })

  test('change nothing the second time, and old ones nothing after later ones', () => {
    fc.assert(
      fc.property(messages, fc.nat(), ({ leader, follower, previous, end, agree, base }, pick) => {
        if (previous > agree) return
        const once = taken(shapeOf(follower, base), previous, leader, end)
        const older = previous + (pick % (end - previous + 1))
        expect(taken(once, previous, leader, end)).toEqual(once)
        expect(taken(once, previous, leader, older)).toEqual(once)
      }),
    )
  })

  test.each([
    ['a heartbeat shrinks nothing', [1, 1, 2], 1, [], { fits: true, truncateFrom: undefined, from: 2 }],
    ['a short old message shrinks nothing', [1, 1, 2], 0, [1], { fits: true, truncateFrom: undefined, from: 2 }],
    ['what is missing is appended', [1, 1], 2, [2, 2], { fits: true, truncateFrom: undefined, from: 3 }],
    ['what conflicts gives way', [1, 1, 1, 1], 2, [2], { fits: true, truncateFrom: 3, from: 3 }],
    ['an overlap is passed over', [1, 1], 1, [1, 2], { fits: true, truncateFrom: undefined, from: 3 }],
    ['an empty log takes the first', [], 0, [3], { fits: true, truncateFrom: undefined, from: 1 }],
    ['a gap is refused, with the end as a hint', [1, 1], 4, [2], { fits: false, hint: { index: 2, term: 1 } }],
  ])('%s', (_name, log, previous, sent, expected) => {
    const term = previous <= log.length ? at(log, previous).term : 1
    const entries = sent.map((one, offset) => ({ index: previous + 1 + offset, term: one }))
    expect(fitEntries(shapeOf(log), { index: previous, term }, entries)).toEqual(expected)
  })

  test('that end within what is compacted are there already', () => {
    const shape = shapeOf([1, 1, 2, 2], 3)
    const fit = fitEntries(shape, ORIGIN, positions([1, 1], 1, 2))
    expect(fit).toEqual({ fits: true, truncateFrom: undefined, from: 3 })
  })
})

describe('after a refusal', () => {
  test('the hint lies before what was refused, and never before the agreement', () => {
    fc.assert(
      fc.property(messages, ({ leader, follower, previous, agree, base }) => {
        const fit = fitEntries(shapeOf(follower, base), at(leader, previous), [])
        if (fit.fits) return
        expect(fit.hint.index).toBeLessThan(previous)
        expect(fit.hint.index).toBeGreaterThanOrEqual(agree)
        expect(fit.hint).toEqual(at(follower, fit.hint.index))
      }),
      { numRuns: 1000 },
    )
  })

  test('the leader finds the agreement, in no more steps than the logs have terms', () => {
    fc.assert(
      fc.property(messages, ({ leader, follower, agree, base }) => {
        const own = shapeOf(leader)
        const shape = shapeOf(follower, base)
        let previous = leader.length
        let steps = 0
        for (;;) {
          const fit = fitEntries(shape, at(leader, previous), [])
          if (fit.fits) break
          const next = agreeableBefore(own, fit.hint.index, fit.hint.term).index
          expect(next).toBeLessThan(previous)
          previous = next
          steps++
        }
        expect(previous).toBe(agree)
        expect(steps).toBeLessThanOrEqual(new Set([...leader, ...follower]).size + 1)
      }),
      { numRuns: 1000 },
    )
  })

  test('a whole term of disagreement is one step', () => {
    const follower = shapeOf([1, 1, ...Array<number>(1000).fill(2)])
    const leader = [1, 1, ...Array<number>(1000).fill(3)]
    const fit = fitEntries(follower, at(leader, 1002), [])
    expect(fit).toEqual({ fits: false, hint: { index: 1001, term: 2 } })
    expect(agreeableBefore(shapeOf(leader), 1001, 2)).toEqual({ index: 2, term: 1 })
  })

  test('a leader that has compacted falls behind its base, where only a snapshot helps', () => {
    const shape = extended(emptyShape({ index: 10, term: 3 }), [{ index: 11, term: 4 }])
    // the other's log ends before the base, or is of older terms there
    expect(agreeableBefore(shape, 9, 2)).toEqual({ index: 9, term: 2 })
    expect(agreeableBefore(shape, 9, 3)).toEqual({ index: 9, term: 3 })
    expect(agreeableBefore(shape, 12, 2)).toEqual({ index: 9, term: 2 })
    expect(agreeableBefore(shape, 10, 2)).toEqual({ index: 9, term: 2 })
    // it may agree at the base
    expect(agreeableBefore(shape, 10, 3)).toEqual({ index: 10, term: 3 })
    expect(agreeableBefore(shape, 12, 3)).toEqual({ index: 10, term: 3 })
    expect(agreeableBefore(shape, 12, 4)).toEqual({ index: 11, term: 4 })
  })
})
