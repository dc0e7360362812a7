import {
  afterForgetting,
  dateOf,
  datedSession,
  isFromTheFuture,
  mayBeForgotten,
  NONE_FORGOTTEN,
  undatedSession,
} from '../../streams/rules/session'

const DIGITS = '0123456789ab'
const dated = (since: number): string => datedSession(since, DIGITS, 100)

describe('the name of a session', () => {
  test('is twenty digits, whatever its date is', () => {
    for (const since of [0, 99, 100, 1e9, Number.MAX_SAFE_INTEGER])
      expect(dated(since)).toMatch(/^[89a-f][0-9a-f]{7}0123456789ab$/)
    for (const digit of '0123456789abcdef') expect(undatedSession(digit.repeat(20))).toMatch(/^[0-7][0-9a-f]{19}$/)
  })

  test('says when it was made up, in spans, or that it has no date', () => {
    expect([0, 99, 100, 250].map(since => dateOf(dated(since)))).toEqual([0, 0, 1, 2])
    expect(dateOf(undatedSession('f'.repeat(20)))).toBeUndefined()
  })

  test('of a date that is too late for its bits has the latest there is, which is never new again', () => {
    const latest = dateOf(dated(Number.MAX_SAFE_INTEGER))
    expect(latest).toBe(2 ** 31 - 1)
    expect(mayBeForgotten({ upTo: 2 ** 31 - 1, undated: false }, dated(Number.MAX_SAFE_INTEGER))).toBe(true)
  })

  test('is not to be trusted where it is later than its own entry', () => {
    expect(isFromTheFuture(dated(300), 300, 100)).toBe(false)
    expect(isFromTheFuture(dated(300), 299, 100)).toBe(true)
    expect(isFromTheFuture(undatedSession('f'.repeat(20)), 1, 100)).toBe(false)
  })
})

describe('a session that is unknown', () => {
  test('is new where none was forgotten', () => {
    expect(mayBeForgotten(NONE_FORGOTTEN, dated(0))).toBe(false)
    expect(mayBeForgotten(NONE_FORGOTTEN, undatedSession(DIGITS))).toBe(false)
  })

  test('is new where it is later than all that were, and not at their date', () => {
    const forgotten = afterForgetting(afterForgetting(NONE_FORGOTTEN, dated(300)), dated(100))
    expect([200, 300, 399, 400].map(since => mayBeForgotten(forgotten, dated(since)))).toEqual([
      true,
      true,
      true,
      false,
    ])
    expect(mayBeForgotten(forgotten, undatedSession(DIGITS))).toBe(false)
  })

  test('and has no date may be any that was forgotten without one', () => {
    const forgotten = afterForgetting(NONE_FORGOTTEN, undatedSession(DIGITS))
    expect(mayBeForgotten(forgotten, undatedSession('7'.repeat(20)))).toBe(true)
    expect(mayBeForgotten(forgotten, dated(0))).toBe(false)
  })
})
