import fc from 'fast-check'
import { KayakError } from '../../streams/contracts/errors'
import { LIMITS } from '../../streams/contracts/limits'
import { VERSIONS } from '../../streams/contracts/protocol'
import { checkRoster, decodeRoster, encodeRoster, LARGEST_ROSTER_BYTES } from '../../streams/contracts/roster-codec'
import type { Roster, RosterMember } from '../../streams/rules/roster'

const count = fc.maxSafeNat()
const member: fc.Arbitrary<RosterMember> = fc.record({
  id: fc.stringMatching(/^[0-9a-f]{32}$/),
  address: fc.constantFrom('127.0.0.1:1', 'host.test:65535', '[::1]:10240'),
  incarnation: count,
})
const half = (ms: number): number => Math.floor(ms / 2)
const list = fc.array(member, { maxLength: 5 })
const roster: fc.Arbitrary<Roster> = fc.record({
  index: count,
  voters: list,
  outgoing: list,
  learners: list,
  settings: fc
    .record({ leaseMs: count.map(half), clockBoundMs: count.map(half) })
    .map(leases => ({ electionTimeoutMs: Math.max(1, leases.leaseMs + leases.clockBoundMs), ...leases })),
})

const one = (digit: string): RosterMember => ({ id: digit.repeat(32), address: `127.0.0.1:${digit}`, incarnation: 3 })
const SAMPLE: Roster = {
  index: 9,
  voters: [one('1'), one('2')],
  outgoing: [one('3')],
  learners: [one('4')],
  settings: { electionTimeoutMs: 1000, leaseMs: 0, clockBoundMs: 0 },
}

const bytesOf = (plain: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(plain))

function faultOf(bytes: Uint8Array): string {
  try {
    decodeRoster(bytes)
    return 'accepted'
  } catch (error) {
    return error instanceof KayakError && ['KAYAK_CORRUPT', 'KAYAK_VERSION'].includes(error.code)
      ? error.message
      : `not refused but ${String(error)}`
  }
}

function thrown(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60))

describe('a roster', () => {
  test('gives back what it was made of', () => {
    fc.assert(
      fc.property(roster, given => {
        expect(decodeRoster(encodeRoster(given))).toEqual(given)
      }),
    )
  })

  test('of a later version is told from a damaged one, whatever its fields', () => {
    const error = thrown(() => decodeRoster(bytesOf({ version: 2, everybody: [] })))
    expect(error).toMatchObject({ code: 'KAYAK_VERSION', message: expect.stringContaining('has version 2') as unknown })
  })

  test('of a cluster that has gone on to a later version is refused, and of one that has not, is not', () => {
    const of = (version: number): Uint8Array => encodeRoster({ ...SAMPLE, settings: { ...SAMPLE.settings, version } })
    expect(decodeRoster(of(VERSIONS.newest)).settings.version).toBe(VERSIONS.newest)
    expect(thrown(() => decodeRoster(of(VERSIONS.newest + 1)))).toMatchObject({ code: 'KAYAK_VERSION' })
    expect(faultOf(bytesOf({ version: 1, ...SAMPLE, settings: { ...SAMPLE.settings, version: 0 } }))).toMatch(/version/)
  })

  test('with as many members as there may be fits', () => {
    const members = (at: number): RosterMember[] =>
      Array.from({ length: LIMITS.members }, (_, i) => ({
        id: (at * 1000 + i).toString(16).padStart(32, '0'),
        address: '[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535',
        incarnation: Number.MAX_SAFE_INTEGER,
      }))
    const full = { ...SAMPLE, voters: members(1), outgoing: members(2), learners: members(3) }
    expect(decodeRoster(encodeRoster(full))).toEqual(full)
  })

  test('is refused wherever it is cut off', () => {
    const bytes = encodeRoster(SAMPLE)
    for (let length = 0; length < bytes.byteLength; length++)
      expect(faultOf(bytes.subarray(0, length))).toMatch(/^A roster/)
  })

  test('with a flipped bit is another roster or refused, and never anything else', () => {
    const bytes = encodeRoster(SAMPLE)
    for (let bit = 0; bit < bytes.byteLength * 8; bit++) {
      const flipped = Uint8Array.from(bytes)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(faultOf(flipped)).toMatch(/^(accepted|A roster)/)
    }
  })

  test('that is too large is refused before it is parsed', () => {
    expect(faultOf(new Uint8Array(LARGEST_ROSTER_BYTES + 1).fill(32))).toContain('too large')
  })

  const plain = (): Record<string, unknown> => ({ version: 1, ...structuredClone(SAMPLE) })
  const wrong: Record<string, unknown[]> = {
    version: [undefined, 0, '1', null],
    index: [undefined, -1, 1.5, 2 ** 53, '1', null],
    voters: [undefined, null, {}, 'x', [null], [1], [[]], [{}], Array.from({ length: 65 }, () => one('1'))],
    outgoing: [undefined, null, {}, [null]],
    learners: [undefined, null, {}, [{ ...one('1'), vote: 1 }]],
    settings: [undefined, null, [], 1, {}, { ...SAMPLE.settings, leaseMs: -1 }, { ...SAMPLE.settings, more: 1 }],
    besides: [1],
  }
  for (const [field, values] of Object.entries(wrong))
    for (const value of values)
      test(`with ${field} = ${show(value)} is refused by its name`, () => {
        const record = { ...plain(), [field]: value }
        expect(() => checkRoster(record)).toThrow(KayakError)
        expect(faultOf(bytesOf(record))).toContain(field)
      })

  const wrongMember: [string, unknown][] = [
    ['id', undefined],
    ['id', 'A'.repeat(32)],
    ['id', '1'.repeat(31)],
    ['id', 7],
    ['address', undefined],
    ['address', 'host'],
    ['address', 'http://x:1'],
    ['address', `${'x'.repeat(300)}:1`],
    ['incarnation', undefined],
    ['incarnation', -1],
    ['incarnation', 2 ** 53],
    ['besides', 1],
  ]
  test.each(wrongMember)('with a member whose %s is %j is refused', (field, value) => {
    const record = { ...plain(), voters: [one('1'), { ...one('2'), [field]: value }] }
    expect(faultOf(bytesOf(record))).toContain(field)
  })

  test.each(['null', '1', '"x"', '[]', '{}', '', '{"__proto__":{"version":1}}'])('that is %s is refused', json => {
    expect(faultOf(new TextEncoder().encode(json))).toMatch(/^A roster/)
  })

  test.each([
    ['at its top', { ...plain(), '': 0 }, '"":0'],
    ['in a member', { ...plain(), voters: [{ ...one('1'), '': 0 }] }, '"":0'],
    ['in its settings', { ...plain(), settings: { ...SAMPLE.settings, '': 0 } }, '"":0'],
  ])('with a key that reaches the prototype %s is refused', (_, record, mark) => {
    const json = JSON.stringify(record).replace(mark, '"__proto__":{"leaseMs":1}')
    expect(faultOf(new TextEncoder().encode(json))).toMatch(/^A roster/)
    expect(Object.hasOwn(Object.prototype, 'leaseMs')).toBe(false)
  })
})
