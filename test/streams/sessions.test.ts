import fc from 'fast-check'
import { lowerLimits } from '../../lib/testing/cluster'
import { SessionTable } from '../../streams/replica/sessions'
import { LIMITS } from '../../streams/contracts/limits'
import type { LogEntry } from '../../streams/rules/entry'

const SESSION = '0123456789abcdef0123'
const entry = (index: number, number: number, session = SESSION): LogEntry => {
  return { index, term: 1, kind: 'data', time: index * 10, session, number, payload: new Uint8Array() }
}
const answer = (index: number) => ({ index, term: 1, time: index * 10 })

describe('a table of sessions', () => {
  it('answers each number once, and a duplicate with the first answer', () => {
    const table = new SessionTable()
    expect(table.find(SESSION, 1)).toBeUndefined()
    expect(table.apply(entry(5, 1))).toEqual({ is: 'first', answer: answer(5) })
    expect(table.apply(entry(9, 1))).toEqual({ is: 'duplicate', answer: answer(5) })
    expect(table.find(SESSION, 1)).toEqual(answer(5))
  })

  it('takes numbers in any order within its window', () => {
    const table = new SessionTable()
    for (const [index, number] of [3, 1, 2].entries()) expect(table.apply(entry(index + 1, number)).is).toBe('first')
    for (const number of [1, 2, 3]) expect(table.apply(entry(9, number)).is).toBe('duplicate')
  })

  it('forgets what is a window behind, and then never applies it', () => {
    const table = new SessionTable()
    table.apply(entry(1, 1))
    table.apply(entry(2, 2))
    table.apply(entry(3, LIMITS.sessionWindow + 1))
    expect(table.find(SESSION, 1)).toBe('expired')
    expect(table.apply(entry(4, 1))).toEqual({ is: 'expired' })
    expect(table.find(SESSION, 2)).toEqual(answer(2))
    // one that was never seen, and is too far behind to know that
    table.apply(entry(5, 2 * LIMITS.sessionWindow))
    expect(table.apply(entry(6, LIMITS.sessionWindow))).toEqual({ is: 'expired' })
  })

  it('holds no more than a window of answers, whatever the numbers', () => {
    const table = new SessionTable()
    for (let number = 1; number <= 3 * LIMITS.sessionWindow; number++) table.apply(entry(number, number))
    table.apply(entry(1, 1e15))
    const [, floor, , answers] = (
      JSON.parse(new TextDecoder().decode(table.encode())) as { sessions: [unknown, number, number, unknown[]][] }
    ).sessions[0] ?? ['', 0, 0, []]
    expect(floor).toBe(1e15 - LIMITS.sessionWindow)
    expect(answers).toHaveLength(4)
  })

  it('keeps sessions apart, and applies what has none', () => {
    const table = new SessionTable()
    table.apply(entry(1, 1))
    expect(table.apply(entry(2, 1, '7'.repeat(20))).is).toBe('first')
    expect(table.apply(entry(3, 0, '')).is).toBe('first')
    expect(table.apply(entry(4, 0, '')).is).toBe('first')
  })

  it('says of every number what a list of all would, whatever comes in whatever order, also out of its bytes', () => {
    const restore = lowerLimits({ sessionWindow: 4 })
    const appends = fc.array(fc.tuple(fc.constantFrom('1', '2'), fc.integer({ min: 1, max: 20 })), { maxLength: 40 })
    const model = (list: readonly (readonly [string, number])[], restart: number): void => {
      const [first, greatest] = [new Map<string, number>(), new Map<string, number>()]
      let table = new SessionTable()
      list.forEach(([name, number], at) => {
        if (at === restart) table = SessionTable.decode(table.encode())
        const key = `${name}${number}`
        const known = first.get(key)
        const forgotten = number <= (greatest.get(name) ?? 0) - 4
        const is = forgotten ? 'expired' : known === undefined ? 'first' : 'duplicate'
        const expected = forgotten ? { is } : { is, answer: answer(known ?? at + 1) }
        expect(table.apply(entry(at + 1, number, name.repeat(20)))).toEqual(expected)
        if (is !== 'first') return
        first.set(key, at + 1)
        greatest.set(name, Math.max(number, greatest.get(name) ?? 0))
      })
    }
    try {
      fc.assert(fc.property(appends, fc.nat({ max: 40 }), model))
    } finally {
      restore()
    }
  })

  it('comes out of its bytes as it went in, and equal tables give equal bytes', () => {
    const build = (): SessionTable => {
      const table = new SessionTable()
      for (let at = 1; at <= 100; at++) table.apply(entry(at, at * 97, at % 2 === 0 ? SESSION : '6'.repeat(20)))
      return table
    }
    const bytes = build().encode()
    expect(build().encode()).toEqual(bytes)
    const again = SessionTable.decode(bytes)
    expect(again.encode()).toEqual(bytes)
    expect(again.find(SESSION, 2 * 97)).toBe('expired')
    expect(again.find(SESSION, 100 * 97)).toEqual(answer(100))
    expect(again.apply(entry(200, 98 * 97))).toEqual(build().apply(entry(200, 98 * 97)))
  })

  it('tells those of a later version from damaged ones', () => {
    const bytes = new TextEncoder().encode('{"version":2,"sessions":"more than before"}')
    let code: unknown
    try {
      SessionTable.decode(bytes)
    } catch (error) {
      code = (error as { code: unknown }).code
    }
    expect(code).toBe('KAYAK_VERSION')
  })

  it.each([
    '{"version":0,"forgotten":{"upTo":-1,"undated":false},"sessions":[]}',
    'x',
    '{}',
    '{"version":1,"forgotten":{"upTo":-1,"undated":false},"sessions":[1]}',
    '{"version":1,"forgotten":{"upTo":-1,"undated":false},"sessions":[["11111111111111111111",1,1]]}',
    '{"version":1,"forgotten":{"upTo":-1,"undated":false},"sessions":[["11111111111111111111",-1,1,[]]]}',
    '{"version":1,"forgotten":{"upTo":-1,"undated":false},"sessions":[["11111111111111111111",1,-1,[]]]}',
    '{"version":1,"forgotten":{"upTo":-1,"undated":false},"sessions":[["1",1,1,[]]]}',
    '{"version":1,"forgotten":{"upTo":-1,"undated":false},"sessions":[["11111111111111111111",1,1,[1,2,3]]]}',
    '{"version":1,"forgotten":{"upTo":-1,"undated":false},"sessions":[["11111111111111111111",1,1,[1,2,3,1.5]]]}',
    '{"version":1,"forgotten":{"upTo":-1,"undated":false},"sessions":[[7,1,1,[]]]}',
    '{"forgotten":{"upTo":-1,"undated":false},"sessions":[]}',
    '{"version":1,"sessions":[]}',
    '{"version":1,"forgotten":{"upTo":-2,"undated":false},"sessions":[]}',
    '{"version":1,"forgotten":{"upTo":0},"sessions":[]}',
    '{"version":1,"forgotten":{"upTo":-1,"undated":false},"sessions":{}}',
    '{"version":1,"forgotten":{"upTo":-1,"undated":false},"sessions":[["11111111111111111111",1,1,[1,2,3,9007199254740992]]]}',
  ])('refuses bytes that it would not write: %s', text => {
    let code: unknown
    try {
      SessionTable.decode(new TextEncoder().encode(text))
    } catch (error) {
      code = (error as { code: unknown }).code
    }
    expect(code).toBe('KAYAK_CORRUPT')
  })
})
