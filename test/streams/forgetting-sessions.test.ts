import fc from 'fast-check'
import { lowerLimits } from '../../lib/testing/cluster'
import { LIMITS } from '../../streams/contracts/limits'
import { SessionTable } from '../../streams/replica/sessions'
import { datedSession, undatedSession } from '../../streams/rules/session'

const digits = (name: number, count: number): string => name.toString(16).padStart(count, '0')
const dated = (name: number, since: number): string => datedSession(since, digits(name, 12), LIMITS.sessionSpanEntries)
const undated = (name: number): string => undatedSession(digits(name, 20))

let restore = (): void => undefined
beforeEach(() => {
  restore = lowerLimits({
    sessions: 3,
    undatedSessions: 3,
    sessionAnswers: 8,
    leastSessionWindow: 2,
    sessionIdleMs: 1000,
    sessionSpanEntries: 10,
  })
})
afterEach(() => restore())

const entry = (session: string, number: number, index: number, time = index) => {
  return { index, term: 1, kind: 'data', time, session, number, payload: new Uint8Array() } as const
}
const is = (table: SessionTable, ...args: Parameters<typeof entry>): string => table.apply(entry(...args))

describe('a session', () => {
  it('that was used least recently is forgotten where there are too many, and then never taken for a new one', () => {
    const table = new SessionTable()
    for (const [at, since] of [0, 10, 20].entries()) is(table, dated(at, since), 1, 30 + at)
    expect(is(table, dated(0, 0), 2, 40)).toBe('first')
    expect(is(table, dated(3, 30), 1, 41)).toBe('first')
    expect(table.find(dated(1, 10), 1)).toBe('expired')
    expect(is(table, dated(1, 10), 1, 42)).toBe('expired')
    expect(is(table, dated(1, 10), 2, 43)).toBe('expired')
    expect(is(table, dated(0, 0), 2, 44)).toBe('duplicate')
    // one of an earlier date can't be told from it, one of a later date can
    expect(is(table, dated(9, 5), 1, 45)).toBe('expired')
    expect(is(table, dated(9, 40), 1, 46)).toBe('first')
  })

  it('that was not used for long is forgotten, by the time of the log', () => {
    const table = new SessionTable()
    is(table, dated(0, 0), 1, 30, 5000)
    is(table, dated(1, 20), 1, 31, 6000)
    expect(is(table, dated(0, 0), 1, 32, 6000)).toBe('duplicate')
    is(table, dated(1, 20), 2, 33, 7001)
    expect(is(table, dated(0, 0), 1, 34, 7001)).toBe('expired')
    expect(is(table, dated(1, 20), 2, 35, 7001)).toBe('duplicate')
  })

  it('keeps fewer answers the more sessions there are, and is not forgotten while it is used', () => {
    restore()
    restore = lowerLimits({ sessions: 50, undatedSessions: 50, sessionAnswers: 40, leastSessionWindow: 2 })
    const table = new SessionTable()
    const [tills, host] = [Array.from({ length: 9 }, (_, at) => undated(at)), dated(0, 0)]
    let index = 9000
    for (let number = 1; number <= 60; number++)
      for (const session of [...tills, host]) expect(is(table, session, number, ++index)).toBe('first')
    for (const session of [...tills, host]) {
      expect(table.find(session, 60)).toMatchObject({ term: 1 })
      expect([table.find(session, 57), table.find(session, 56)]).toMatchObject([{ term: 1 }, 'expired'])
    }
    expect([table.window, table.hasForgottenUndated]).toEqual([4, false])
  })

  it('is forgotten where those that are not used have kept too many answers, and never the one in use', () => {
    const table = new SessionTable()
    for (let number = 1; number <= 8; number++) is(table, dated(0, 0), number, 30 + number)
    for (let number = 1; number <= 8; number++) is(table, dated(1, 10), number, 40 + number)
    expect(table.find(dated(0, 0), 8)).toMatchObject({ index: 38 })
    restore()
    restore = lowerLimits({ sessionAnswers: 4, sessionSpanEntries: 10 })
    expect(is(table, dated(1, 10), 9, 60)).toBe('first')
    expect(table.find(dated(0, 0), 8)).toBe('expired')
    expect(table.find(dated(1, 10), 9)).toMatchObject({ index: 60 })
  })

  it('is not forgotten while one that is made up now would have its date, however long it was not used', () => {
    const table = new SessionTable()
    is(table, dated(0, 0), 1, 5, 0)
    // nothing else happens for days, and the log is still within the first two spans
    expect(is(table, dated(1, 5), 1, 19, 1e9)).toBe('first')
    expect(is(table, dated(0, 0), 1, 19, 1e9)).toBe('duplicate')
    expect(is(table, dated(2, 19), 1, 20, 2e9)).toBe('first')
    expect(table.find(dated(0, 0), 1)).toBe('expired')
    expect(is(table, dated(3, 19), 1, 21, 2e9)).toBe('first')
  })

  it('without a date is not forgotten by time, but where there are too many of them, after which none is new', () => {
    const table = new SessionTable()
    is(table, undated(0), 1, 1, 0)
    is(table, dated(1, 0), 1, 2, 1e9)
    expect(is(table, undated(0), 1, 3, 1e9)).toBe('duplicate')
    expect(table.hasForgottenUndated).toBe(false)
    for (const name of [1, 2, 3]) expect(is(table, undated(name), 1, 3 + name, 1e9)).toBe('first')
    expect(table.hasForgottenUndated).toBe(true)
    expect([is(table, undated(0), 1, 10), is(table, undated(7), 1, 11)]).toEqual(['expired', 'expired'])
    expect(is(table, undated(3), 1, 12, 1e9)).toBe('duplicate')
    expect(is(table, dated(4, 10), 1, 13, 1e9)).toBe('first')
  })

  it('that says to be later than its entry is never applied, and spoils no date', () => {
    const table = new SessionTable()
    expect(is(table, dated(0, 1e6), 1, 50)).toBe('expired')
    for (let name = 1; name <= 9; name++)
      expect(is(table, dated(name, 50 + 10 * name), 1, 60 + 10 * name)).toBe('first')
  })

  it('is worn out before it is forgotten: when it has not been used for half as long, or is unknown', () => {
    const table = new SessionTable()
    expect(table.isWornOut(dated(0, 0), 0)).toBe(true)
    is(table, dated(0, 0), 1, 30, 5000)
    expect([table.isWornOut(dated(0, 0), 5500), table.isWornOut(dated(0, 0), 5501)]).toEqual([false, true])
    is(table, dated(1, 20), 1, 31, 5000)
    expect(table.isWornOut(dated(0, 0), 5000)).toBe(false)
    is(table, dated(1, 20), 2, 32, 5000)
    expect(table.isWornOut(dated(0, 0), 5000)).toBe(true)
  })

  it('is never applied twice under one number, whatever is forgotten, and snapshots make no difference', () => {
    const appends = fc.array(
      fc.record({
        name: fc.integer({ min: 1, max: 7 }),
        since: fc.constantFrom(undefined, 0, 10, 20, 30),
        number: fc.integer({ min: 1, max: 3 }),
        passes: fc.constantFrom(0, 1, 600),
      }),
      { minLength: 20, maxLength: 60 },
    )
    const model = (
      list: readonly { name: number; since: number | undefined; number: number; passes: number }[],
    ): void => {
      const applied = new Set<string>()
      const whole = new SessionTable()
      let [cut, time] = [new SessionTable(), 0]
      list.forEach(({ name, since, number, passes }, at) => {
        time += passes
        const session = since === undefined ? undated(name) : dated(name, since)
        const verdict = whole.apply(entry(session, number, 50 + at, time))
        cut = SessionTable.decode(cut.encode())
        expect(cut.apply(entry(session, number, 50 + at, time))).toEqual(verdict)
        expect(cut.encode()).toEqual(whole.encode())
        const key = `${session} ${String(number)}`
        if (verdict === 'first') expect(applied.has(key)).toBe(false)
        if (verdict === 'duplicate') expect(applied.has(key)).toBe(true)
        if (verdict === 'first') applied.add(key)
      })
    }
    fc.assert(fc.property(appends, model), { numRuns: 100 })
  })
})
