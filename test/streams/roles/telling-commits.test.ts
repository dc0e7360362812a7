import { of } from 'rxjs'
import { lowerLimits } from '../../../lib/testing/cluster'
import { encodeEntries } from '../../../streams/contracts/entry-codec'
import { LIMITS } from '../../../streams/contracts/limits'
import { ORIGIN } from '../../../streams/rules/entry'
import { Bench, HEARTBEAT, type Said } from './bench'
import { entriesOf, establish } from './leading'

let bench: Bench
/** Leads an established term, whose first entry everybody has been told of. */
const established = (): Bench => establish((bench = new Bench({ log: [1] }).elect())).pass(LIMITS.commitNoticeMs)
afterEach(() => bench.stop())

const payload = new TextEncoder().encode('x')
const nothing = (): void => undefined
const append = (number: number): void => {
  bench.member.waiting.append('0123456789abcdef0123', number, payload, 10_000, { done: nothing, failed: nothing })
}
/** A member hands an append of its callers over. */
const propose = (from: string, number: number): Bench => {
  const entry = { ...ORIGIN, kind: 'data', time: 0, session: '1'.repeat(20), number, payload } as const
  return bench.hear(from, { type: 'propose', id: String(number).repeat(20), entries: encodeEntries([entry]) })
}

describe('a leader that tells of commits', () => {
  it('tells of a commit at once whoever handed the append over, and others after a moment', () => {
    established()
    propose('b', 1).said()
    bench.acknowledge('c', { term: 2, match: 3 })
    expect([bench.replica.commit, bench.said('append-entries')]).toEqual([3, []])
    bench.acknowledge('b', { term: 2, match: 3 })
    expect(bench.said('append-entries')).toMatchObject([{ to: 'b', prevIndex: 3, commit: 3 }])
    const late = bench.pass(LIMITS.commitNoticeMs).said('append-entries')
    expect(late).toMatchObject([{ to: 'c', prevIndex: 3, commit: 3 }])
  })

  it('tells of it at once also where more has been handed over meanwhile', () => {
    established()
    for (const number of [1, 2]) propose('b', number)
    bench.said()
    bench.acknowledge('c', { term: 2, match: 3 }).acknowledge('b', { term: 2, match: 3 })
    expect([bench.replica.commit, bench.replica.parts.log.last.index]).toEqual([3, 4])
    expect(bench.said('append-entries')).toMatchObject([{ to: 'b', prevIndex: 3, commit: 3 }])
  })

  it('lets a commit go with the entries that follow it, and says it once', () => {
    established()
    append(1)
    bench.pass(0).said()
    bench.acknowledge('b', { term: 2, match: 3 }).acknowledge('c', { term: 2, match: 3 })
    append(2)
    const said = bench.pass(LIMITS.commitNoticeMs).said('append-entries')
    expect(said).toMatchObject([
      { to: 'b', prevIndex: 3, commit: 3 },
      { to: 'c', prevIndex: 3, commit: 3 },
    ])
  })

  /** So many that no heartbeat is due meanwhile. */
  const APPENDS = 4
  /** One append after another: each takes almost half a moment to commit, and the next one comes as long after that. */
  const appendInTurn = (count: number): void => {
    for (let number = 1; number <= count; number++) {
      append(number)
      bench.pass(0.4 * LIMITS.commitNoticeMs)
      for (const from of ['b', 'c']) bench.acknowledge(from, { term: 2, match: 2 + number })
      if (number < count) bench.pass(0.35 * LIMITS.commitNoticeMs)
    }
  }

  it('says nothing more where entries follow soon, however long they do', () => {
    established().said()
    let turns = 0
    const counting = bench.replica.parts.inbox.flush$.subscribe(() => turns++)
    appendInTurn(APPENDS)
    counting.unsubscribe()
    const said = bench.said('append-entries')
    expect(said.map(message => entriesOf(message).length)).toEqual(new Array(2 * APPENDS).fill(1))
    // an append, its write, and two answers
    expect(turns).toBeLessThanOrEqual(4 * APPENDS)
  })

  it('waits for nothing once entries have told of all', () => {
    established()
    appendInTurn(APPENDS)
    const { pending } = bench.clock
    append(APPENDS + 1)
    bench.pass(2 * LIMITS.commitNoticeMs)
    // one for each of two members
    expect(bench.clock.pending).toBe(pending - 2)
  })

  it('says the last of many commits within two moments, in a turn, and no more', () => {
    established()
    appendInTurn(APPENDS)
    bench.said()
    let turns = 0
    const counting = bench.replica.parts.inbox.flush$.subscribe(() => turns++)
    const late = bench.pass(2 * LIMITS.commitNoticeMs).said('append-entries')
    counting.unsubscribe()
    expect(turns).toBe(1)
    expect(late).toMatchObject([
      { to: 'b', prevIndex: 2 + APPENDS, commit: 2 + APPENDS },
      { to: 'c', prevIndex: 2 + APPENDS, commit: 2 + APPENDS },
    ])
    expect(bench.pass(LIMITS.commitNoticeMs).said('append-entries')).toEqual([])
  })

  it('says nothing more where a heartbeat of the same moment has said it', () => {
    established().said()
    while (bench.said('append-entries').length === 0) bench.pass(1)
    append(1)
    bench.pass(HEARTBEAT - LIMITS.commitNoticeMs)
    for (const from of ['b', 'c']) bench.acknowledge(from, { term: 2, match: 3 })
    expect(bench.said('append-entries').map(({ commit }) => commit)).toEqual([2, 2])
    expect(bench.pass(LIMITS.commitNoticeMs).said('append-entries')).toMatchObject([
      { to: 'b', prevIndex: 3, commit: 3 },
      { to: 'c', prevIndex: 3, commit: 3 },
    ])
  })

  describe('to a member that needs a snapshot first', () => {
    let restore: () => void
    beforeEach(() => (restore = lowerLimits({ pipelineMessages: 1, tailEntries: 0 })))
    afterEach(() => restore())

    /** What `c` has of the log is before where it begins. `c` has a caller who waits, or nobody. */
    function leaveBehind(hasCaller: boolean): void {
      established()
      if (hasCaller) propose('c', 1)
      else append(1)
      bench.pass(0).acknowledge('b', { term: 2, match: 3 })
      append(2)
      bench.pass(0).acknowledge('b', { term: 2, match: 4 })
      bench.member.compact(4, () => of([])).subscribe()
      bench.pass(2)
      expect([bench.replica.parts.log.shape.base.index, bench.replica.commit]).toEqual([4, 4])
      bench.acknowledge('c', { term: 2, match: 3 }).said()
    }

    const toC = (): readonly Said[] => bench.said('append-entries').filter(({ to }) => to === 'c')

    it.each([false, true])('sends heartbeats and no more (it has a caller: %s)', hasCaller => {
      leaveBehind(hasCaller)
      bench.pass(4 * HEARTBEAT)
      expect(toC()).toHaveLength(4)
    })

    it.each([false, true])('does not answer each of its answers (it has a caller: %s)', hasCaller => {
      leaveBehind(hasCaller)
      bench.acknowledge('c', { term: 2, match: 3 })
      expect(toC()).toEqual([])
    })
  })
})
