import fc from 'fast-check'
import { lowerLimits } from '../../lib/testing/cluster'
import { decodeSessions, encodeSessions } from '../../streams/replica/session-records'
import { SessionTable } from '../../streams/replica/sessions'
import { LIMITS } from '../../streams/contracts/limits'
import { NONE_FORGOTTEN } from '../../streams/rules/session'
import type { LogEntry } from '../../streams/rules/entry'

const SESSION = '0123456789abcdef0123'
const entry = (index: number, number: number, session = SESSION): LogEntry => {
  return { index, term: 1, kind: 'data', time: index * 10, session, number, payload: new Uint8Array() }
}
const answer = (index: number) => ({ index, term: 1, time: index * 10 })

function whole(): Uint8Array {
  const table = new SessionTable()
  table.apply(entry(5, 1))
  return table.encode()
}

function spoilt(at: number, set: 'setUint8' | 'setUint16' | 'setUint32' | 'setFloat64', value: number): Uint8Array {
  const bytes = whole()
  new DataView(bytes.buffer)[set](at, value)
  return bytes
}

/** The code with which bytes are refused; undefined where they aren't. */
function codeOf(bytes: Uint8Array): unknown {
  try {
    SessionTable.decode(bytes)
    return undefined
  } catch (error) {
    return (error as { code: unknown }).code
  }
}

describe('a table of sessions', () => {
  it('answers each number once, and a duplicate with the first answer', () => {
    const table = new SessionTable()
    expect(table.find(SESSION, 1)).toBeUndefined()
    expect(table.apply(entry(5, 1))).toBe('first')
    expect(table.apply(entry(9, 1))).toBe('duplicate')
    expect(table.find(SESSION, 1)).toEqual(answer(5))
    expect(table.find(SESSION, 1)).toEqual(answer(5))
  })

  it('takes numbers in any order within its window', () => {
    const table = new SessionTable()
    for (const [index, number] of [3, 1, 2].entries()) expect(table.apply(entry(index + 1, number))).toBe('first')
    for (const number of [1, 2, 3]) expect(table.apply(entry(9, number))).toBe('duplicate')
  })

  it('forgets what is a window behind, and then never applies it', () => {
    const table = new SessionTable()
    table.apply(entry(1, 1))
    table.apply(entry(2, 2))
    table.apply(entry(3, LIMITS.sessionWindow + 1))
    expect(table.find(SESSION, 1)).toBe('expired')
    expect(table.apply(entry(4, 1))).toBe('expired')
    expect(table.find(SESSION, 2)).toEqual(answer(2))
    // one that was never seen, and is too far behind to know that
    table.apply(entry(5, 2 * LIMITS.sessionWindow))
    expect(table.apply(entry(6, LIMITS.sessionWindow))).toBe('expired')
  })

  it('holds no more than a window of answers, whatever the numbers', () => {
    const table = new SessionTable()
    for (let number = 1; number <= 3 * LIMITS.sessionWindow; number++) table.apply(entry(number, number))
    table.apply(entry(1, 1e15))
    const [{ floor, answers } = { floor: 0, answers: new Map() }] = decodeSessions(table.encode()).sessions
    expect(floor).toBe(1e15 - LIMITS.sessionWindow)
    expect(answers.size).toBe(1)
  })

  it('keeps sessions apart, and applies what has none', () => {
    const table = new SessionTable()
    table.apply(entry(1, 1))
    expect(table.apply(entry(2, 1, '7'.repeat(20)))).toBe('first')
    expect(table.apply(entry(3, 0, ''))).toBe('first')
    expect(table.apply(entry(4, 0, ''))).toBe('first')
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
        expect(table.apply(entry(at + 1, number, name.repeat(20)))).toBe(is)
        if (!forgotten) expect(table.find(name.repeat(20), number)).toEqual(answer(known ?? at + 1))
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

  it('gives its answers in order of their numbers, in whatever order they came, and however far apart they are', () => {
    const order = (...numbers: readonly number[]): readonly number[] => {
      const record = { session: SESSION, floor: 0, lastTime: 0, answers: new Map(numbers.map(at => [at, answer(at)])) }
      const bytes = encodeSessions({ forgotten: NONE_FORGOTTEN, sessions: [record] })
      const [session] = decodeSessions(SessionTable.decode(bytes).encode()).sessions
      return [...(session?.answers.keys() ?? [])]
    }
    expect(order(7, 3, 4096, 1)).toEqual([1, 3, 7, 4096])
    // as of a version with a wider window
    expect(order(2 ** 40, 5, 9000)).toEqual([5, 9000, 2 ** 40])
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
    expect(codeOf(spoilt(0, 'setUint8', 2))).toBe('KAYAK_VERSION')
  })

  // its header has 16 bytes, its one session 32, and the one answer four numbers
  it.each([
    ['a version of none', spoilt(0, 'setUint8', 0)],
    ['neither forgotten nor not', spoilt(1, 'setUint8', 2)],
    ['rubbish in its header', spoilt(2, 'setUint16', 1)],
    ['a session too many', spoilt(4, 'setUint32', 2)],
    ['a session too few', spoilt(4, 'setUint32', 0)],
    ['a date before all', spoilt(8, 'setFloat64', -2)],
    ['half a date', spoilt(8, 'setFloat64', 1.5)],
    ['rubbish behind a name', spoilt(26, 'setUint16', 1)],
    ['fewer answers than there are', spoilt(28, 'setUint32', 0)],
    ['a nought below nought', spoilt(56, 'setFloat64', -0)],
    ['more answers than there are', spoilt(28, 'setUint32', 8)],
    ['a floor below all', spoilt(32, 'setFloat64', -1)],
    ['a time that is none', spoilt(40, 'setFloat64', NaN)],
    ['an index that is none', spoilt(56, 'setFloat64', 1.5)],
    ['a term out of range', spoilt(64, 'setFloat64', 2 ** 53)],
    ['a byte too few', whole().slice(0, -1)],
    ['a byte too many', Uint8Array.from([...whole(), 0])],
    ['no more than a byte', whole().slice(0, 1)],
    ['no name', Uint8Array.from(whole(), (byte, at) => (at >= 16 && at < 26 ? 0 : byte))],
  ])('refuses bytes that it would not write: %s', (_, bytes) => {
    expect(codeOf(bytes)).toBe('KAYAK_CORRUPT')
  })

  it('takes whatever bytes only for what it would write', () => {
    const change = fc.tuple(fc.nat(whole().length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), changes => {
        const bytes = whole()
        for (const [at, byte] of changes) bytes[at] = byte
        if (codeOf(bytes) === undefined) expect(SessionTable.decode(bytes).encode()).toEqual(bytes)
        else expect(['KAYAK_CORRUPT', 'KAYAK_VERSION']).toContain(codeOf(bytes))
      }),
    )
  })
})
