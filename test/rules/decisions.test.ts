import { cutPoint, needsSnapshot } from '../../streams/rules/retention'
import { afterInstall, hasGap, hasLostTerm, reconcile } from '../../streams/rules/recovery'
import { believesRemoval } from '../../streams/rules/removal'
import { judgeTerm } from '../../streams/rules/terms'
import { drawElectionTimeout, entryTime, isHanging, isRecent } from '../../streams/rules/timing'
import { emptyShape } from '../../streams/rules/log-shape'
import { shapeOf } from './logs'

describe('a term is judged', () => {
  it.each([
    [3, 2, 'stale'],
    [3, 3, 'current'],
    [3, 4, 'newer'],
    [0, 0, 'current'],
    [Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER, 'newer'],
  ])('in term %p, %p is %s', (own, term, verdict) => expect(judgeTerm(own, term)).toBe(verdict))
})

describe('time', () => {
  it('of an election is drawn from [T, 2T)', () => {
    expect(drawElectionTimeout(1000, 0)).toBe(1000)
    expect(drawElectionTimeout(1000, 0.5)).toBe(1500)
    expect(drawElectionTimeout(1000, 1 - Number.EPSILON)).toBe(1999)
  })

  it('since a leader was heard counts for the least timeout, its end excluded', () => {
    expect(isRecent(undefined, 0, 100)).toBe(false)
    expect([100, 199, 200, 1000].map(now => isRecent(100, now, 100))).toEqual([true, true, false, false])
    expect(isRecent(Infinity, 1e12, 100)).toBe(true)
  })

  it('of a write that hangs is the greatest timeout', () => {
    expect(isHanging(undefined, 1e12, 100)).toBe(false)
    expect([100, 299, 300].map(now => isHanging(100, now, 100))).toEqual([false, false, true])
  })

  it('of entries never goes back, whatever the clock does, and is whole', () => {
    expect(entryTime(1000.9, 999)).toBe(1000)
    expect(entryTime(500, 999)).toBe(999)
    expect(entryTime(999.5, 999)).toBe(999)
  })
})

describe('word of one’s removal is believed', () => {
  it.each([
    [true, 'of a newer committed roster', 5, { isMember: false, rosterIndex: 6 }],
    [false, 'of the same roster', 5, { isMember: false, rosterIndex: 5 }],
    [false, 'of an older one, of somebody who has not heard yet', 5, { isMember: false, rosterIndex: 4 }],
    [false, 'of a newer one that has oneself', 5, { isMember: true, rosterIndex: 6 }],
    [false, 'by one who was never a member', undefined, { isMember: false, rosterIndex: 6 }],
  ])('%p: %s', (believed, _, since, hint) => expect(believesRemoval(since, hint)).toBe(believed))
})

describe('what is found beside a snapshot', () => {
  it('is kept where the terms match', () => {
    const shape = shapeOf([1, 1, 2, 2])
    expect(reconcile(shape, { index: 2, term: 1 })).toEqual({ shape, discard: false })
    expect(reconcile(shape, { index: 4, term: 2 })).toEqual({ shape, discard: false })
    const compacted = shapeOf([1, 1, 2, 2], 2)
    expect(reconcile(compacted, { index: 2, term: 1 })).toEqual({ shape: compacted, discard: false })
  })

  it.each([
    ['of another term', { index: 3, term: 3 }],
    ['ahead of its end', { index: 9, term: 2 }],
  ])('gives way to a snapshot %s', (_, snapshot) => {
    expect(reconcile(shapeOf([1, 1, 2, 2]), snapshot)).toEqual({ shape: emptyShape(snapshot), discard: true })
  })

  it('is damage where entries are missing between the two', () => {
    expect(hasGap(shapeOf([1, 1, 2, 2], 3), { index: 2, term: 1 })).toBe(true)
    expect(hasGap(shapeOf([1, 1, 2, 2], 3), { index: 3, term: 2 })).toBe(false)
    expect(hasGap(shapeOf([1, 1, 2, 2], 1), { index: 3, term: 2 })).toBe(false)
    expect(hasGap(emptyShape({ index: 0, term: 0 }), { index: 0, term: 0 })).toBe(false)
  })

  it('after an install keeps a suffix only if the terms match', () => {
    const shape = shapeOf([1, 1, 2, 2])
    expect(afterInstall(shape, { index: 3, term: 2 })).toEqual(shapeOf([1, 1, 2, 2], 3))
    expect(afterInstall(shape, { index: 3, term: 3 })).toEqual(emptyShape({ index: 3, term: 3 }))
    expect(afterInstall(shape, { index: 8, term: 3 })).toEqual(emptyShape({ index: 8, term: 3 }))
  })
})

describe('what is kept behind a snapshot', () => {
  it('is the tail, and what follows a snapshot on its way', () => {
    expect(cutPoint(100, 60, [])).toBe(59)
    expect(cutPoint(100, 101, [])).toBe(100)
    expect(cutPoint(100, 500, [])).toBe(100)
    expect(cutPoint(100, 60, [40, 80])).toBe(40)
    expect(cutPoint(100, 101, [100])).toBe(100)
  })

  it.each([
    [false, 'what it needs next is there', 8, 7, 7],
    [true, 'what it needs next is cut', 7, 7, 7],
    [true, 'it is far behind', 2, 7, 7],
    [true, 'it has nothing, and a snapshot spares it the history', 1, 0, 5],
    [false, 'it has nothing, and there is no snapshot', 1, 0, 0],
    [false, 'it has a little, and all that follows is there', 2, 0, 5],
  ])('sends one %p: %s', (needs, _, next, base, snapshotIndex) => {
    expect(needsSnapshot(next, base, snapshotIndex)).toBe(needs)
  })
})

describe('a term has been lost', () => {
  it.each([
    [true, 'where the log has entries of a later one', 3],
    [false, 'not where the log ends in it', 4],
    [false, 'not where nothing has been appended in it yet', 9],
  ])('%p: %s', (lost, _, term) => expect(hasLostTerm(shapeOf([1, 4]), term)).toBe(lost))
})
