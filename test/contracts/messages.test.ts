import { encodeSteps, LARGEST_STEPS_BYTES } from '../../streams/contracts/change-codec'
import { encodeEntries } from '../../streams/contracts/entry-codec'
import { LIMITS } from '../../streams/contracts/limits'
import { decodeMessage, type MessageType } from '../../streams/contracts/messages'
import { encodeRoster, LARGEST_ROSTER_BYTES } from '../../streams/contracts/roster-codec'
import { MAX_MESSAGE_BYTES } from '../../streams/contracts/transport'
import type { LogEntry } from '../../streams/rules/entry'
import { EMPTY_ROSTER } from '../../streams/rules/roster'

const entry = (index: number, term: number): LogEntry => ({
  index,
  term,
  kind: 'data',
  time: 1,
  session: '',
  number: 0,
  payload: Uint8Array.of(1),
})

/** A kind of field: what it may be besides the sample, and what it may not be. */
interface Kind {
  readonly right: readonly unknown[]
  readonly wrong: readonly unknown[]
}

const MOST = Number.MAX_SAFE_INTEGER
const NO_NUMBER = [undefined, null, '1', NaN, Infinity, 1.5, 2 ** 53, 2 ** 60, -1, [1], {}, true, 1n]
const KINDS = {
  group: { right: [0], wrong: [undefined, null, 1, '0', -1] },
  count: { right: [0, MOST], wrong: NO_NUMBER },
  term: { right: [1, MOST], wrong: [...NO_NUMBER, 0] },
  flag: { right: [true, false], wrong: [undefined, null, 0, 1, 'true', 'false', {}] },
  id: {
    right: ['0'.repeat(32)],
    wrong: [undefined, null, '', 'A'.repeat(32), 'a'.repeat(31), 'a'.repeat(33), 'g'.repeat(32), 7, ['a'.repeat(32)]],
  },
  requestId: {
    right: ['a', 'z-9'.padEnd(64, '0')],
    wrong: [undefined, null, '', 'A', 'x'.repeat(65), 'x y', 7, ['x']],
  },
  optionalAddress: {
    right: [undefined, '[::1]:1', 'h:65535'],
    wrong: [null, '', 'host', 'a b:1', 'http://h:1', 'h:123456', `${'h'.repeat(300)}:1`, 7, ['h:1']],
  },
  optionalTerm: { right: [undefined, 1, MOST], wrong: [...NO_NUMBER.slice(1), 0] },
  optionalCount: { right: [undefined, 0, MOST], wrong: NO_NUMBER.slice(1) },
  optionalFlag: { right: [undefined, true, false], wrong: [null, 0, 1, 'true', {}] },
  optionalId: { right: [undefined, '0'.repeat(32)], wrong: [null, '', 'x', 7] },
  bytes: {
    right: [],
    wrong: [undefined, null, 'bytes', [1, 2], {}, { 0: 1, length: 1 }, new ArrayBuffer(4), new Uint16Array(4)],
  },
  positions: {
    right: [[], [0, 99_999]],
    wrong: [undefined, null, 0, {}, [-1], [1.5], ['1'], [null], Array.from({ length: 100_001 }, () => 0)],
  },
} satisfies Record<string, Kind>

const oneOf = (...names: string[]): Kind => ({
  right: names,
  wrong: [undefined, null, 0, '', 'other', names, 'toString'],
})
const atMost = (bytes: number): Kind => ({ ...KINDS.bytes, wrong: [...KINDS.bytes.wrong, new Uint8Array(bytes + 1)] })

type Table = Record<MessageType, Record<string, readonly [sample: unknown, kind: Kind]>>

const batch = encodeEntries([entry(6, 3)])
const count = (sample: number) => [sample, KINDS.count] as const
const term = (sample: number) => [sample, KINDS.term] as const
const flag = [true, KINDS.flag] as const
const requestId = ['r-1', KINDS.requestId] as const

const TABLE: Table = {
  'append-entries': {
    term: term(3),
    incarnation: count(1),
    prevIndex: count(5),
    prevTerm: count(2),
    commit: count(4),
    round: count(8),
    entries: [batch, atMost(MAX_MESSAGE_BYTES)],
  },
  'append-reply': {
    term: term(3),
    incarnation: count(1),
    round: count(8),
    match: count(5),
    verified: count(5),
    fits: flag,
    refusedIndex: count(0),
    hintIndex: count(0),
    hintTerm: count(0),
  },
  'request-vote': { term: term(3), pre: flag, transfer: flag, lastIndex: count(5), lastTerm: count(2) },
  'vote-reply': {
    term: count(3),
    forTerm: term(3),
    pre: flag,
    reason: ['granted', oneOf('granted', 'stale-term', 'hears-leader', 'voted', 'log-behind')],
    rosterIndex: count(1),
    isMember: flag,
  },
  'install-snapshot': {
    term: term(3),
    incarnation: count(1),
    index: term(9),
    snapshotTerm: term(2),
    time: count(7),
    roster: [encodeRoster(EMPTY_ROSTER), atMost(LARGEST_ROSTER_BYTES)],
    sessionBytes: count(0),
    bytes: count(4),
    checksum: count(1),
    offset: count(0),
    data: [Uint8Array.of(1), atMost(LIMITS.snapshotChunkBytes)],
  },
  'snapshot-reply': { term: term(3), incarnation: count(1), index: count(9), offset: count(4), installed: flag },
  'timeout-now': { term: term(3), gently: [true, KINDS.optionalFlag] },
  'hand-over': { term: term(3), id: requestId, to: ['a'.repeat(32), KINDS.optionalId] },
  'hand-over-reply': {
    id: requestId,
    to: ['a'.repeat(32), KINDS.optionalId],
    reason: ['nobody answers', { right: ['', 'x'.repeat(200)], wrong: [undefined, null, 7, {}, 'x'.repeat(201)] }],
  },
  propose: { id: requestId, entries: [batch, atMost(MAX_MESSAGE_BYTES)] },
  'propose-reply': {
    id: requestId,
    verdict: ['accepted', oneOf('accepted', 'not-leader', 'overloaded')],
    budget: ['unapplied', { right: [undefined, 'uncommitted', 'buffered'], wrong: [null, 7, '', 'pending', {}] }],
    expired: [[1], KINDS.positions],
  },
  'read-index': { id: requestId, lease: [true, KINDS.optionalFlag] },
  'read-index-reply': { id: requestId, confirmed: flag, index: count(5) },
  'change-roster': {
    id: requestId,
    steps: [encodeSteps([{ type: 'remove', id: 'a'.repeat(32) }]), atMost(LARGEST_STEPS_BYTES)],
    ifIndex: [3, KINDS.optionalCount],
    waitedMs: [7, KINDS.optionalCount],
    electionTimeoutMs: [1000, KINDS.optionalTerm],
    heartbeatMs: [100, KINDS.optionalTerm],
    leaseMs: [200, KINDS.optionalCount],
    clockBoundMs: [50, KINDS.optionalCount],
    speaks: [1, KINDS.optionalTerm],
  },
  'change-reply': {
    id: requestId,
    verdict: [
      'done',
      oneOf(
        ...['done', 'not-leader', 'address-taken', 'last-voter', 'not-member', 'conflict', 'not-caught-up', 'busy'],
        ...['invalid', 'disagrees'],
      ),
    ],
    rosterIndex: count(9),
    by: ['a'.repeat(32), KINDS.optionalId],
    leader: ['127.0.0.1:1', KINDS.optionalAddress],
    clusterId: ['a'.repeat(32), KINDS.id],
    electionTimeoutMs: count(1000),
    leaseMs: count(200),
    clockBoundMs: count(50),
    version: term(1),
  },
}

const sampleOf = (type: string, fields: Table[MessageType]): Record<string, unknown> => ({
  type,
  group: 0,
  ...Object.fromEntries(Object.entries(fields).map(([name, [sample]]) => [name, sample])),
})

const reasonOf = (plain: unknown): string => {
  const checked = decodeMessage(plain)
  return checked.ok ? 'accepted' : checked.reason
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`
  return typeof value === 'bigint' ? '1n' : JSON.stringify(value).slice(0, 40)
}

for (const [type, fields] of Object.entries(TABLE)) {
  const sample = sampleOf(type, fields)
  const all = { group: [0, KINDS.group] as const, ...fields }

  describe(`the message ${type}`, () => {
    test('is accepted as it should be', () => {
      expect(decodeMessage(sample)).toMatchObject({ ok: true, value: { message: sample } })
    })

    test('is refused with a field besides', () => {
      expect(reasonOf({ ...sample, besides: 1 })).toContain('besides')
      expect(reasonOf({ ...sample, toString: 1 })).toContain('toString')
      expect(reasonOf({ ...sample, constructor: 1 })).not.toBe('accepted')
    })

    test('is refused with a key that reaches the prototype', () => {
      const hostile: unknown = JSON.parse(`{"__proto__":{"term":9},"type":"${type}"}`)
      expect(reasonOf({ ...sample, ['__proto__']: { term: 9 } })).toContain('__proto__')
      expect(reasonOf(hostile)).toContain('__proto__')
    })

    const everything: Table[MessageType] = { type: [type, oneOf(type)], ...all }
    for (const [field, [, { right }]] of Object.entries(everything)) {
      const { [field]: _, ...without } = sample
      const mayBeMissing = right.includes(undefined)
      test(`is ${mayBeMissing ? 'accepted' : 'refused'} without ${field}`, () => {
        if (mayBeMissing) expect(reasonOf(without)).toBe('accepted')
        else expect(reasonOf(without)).toContain(field)
      })
    }

    for (const [field, [, kind]] of Object.entries(all)) {
      for (const value of kind.right)
        test(`is not refused for ${field} = ${show(value)}`, () => {
          expect(reasonOf({ ...sample, [field]: value })).not.toMatch(new RegExp(`${field}.*(must|should)`))
        })
      for (const value of kind.wrong)
        test(`is refused for ${field} = ${show(value)}, by its name`, () => {
          expect(reasonOf({ ...sample, [field]: value })).toContain(field)
        })
    }
  })
}

describe('what is no message', () => {
  test.each([undefined, null, 1, 'append-entries', true, [], [{}], {}, new Uint8Array(3), new Map()])(
    'is refused: %p',
    plain => {
      expect(decodeMessage(plain)).toEqual({ ok: false, reason: expect.any(String) as unknown })
    },
  )

  test.each(['other', '', 1, null, undefined, 'constructor', '__proto__', 'toString', ['append-entries']])(
    'of the type %p is refused',
    type => {
      expect(reasonOf({ type, group: 0 })).toContain('type')
    },
  )

  test('the type may not come from a prototype', () => {
    expect(reasonOf(Object.create({ type: 'timeout-now', group: 0, term: 1 }))).not.toBe('accepted')
    const inherits: unknown = Object.assign(Object.create({ type: 'timeout-now' }), { group: 0, term: 1 })
    expect(reasonOf(inherits)).toContain('type')
  })
})

describe('entries in a message', () => {
  const append = (entries: readonly LogEntry[], fields: object = {}): string =>
    reasonOf({ ...sampleOf('append-entries', TABLE['append-entries']), entries: encodeEntries(entries), ...fields })

  test('follow what they follow', () => {
    expect(append([entry(6, 2), entry(7, 3)])).toBe('accepted')
    expect(append([])).toBe('accepted')
    expect(append([entry(7, 3)])).toContain('gap')
    expect(append([entry(6, 3), entry(8, 3)])).toContain('gap')
    expect(append([entry(5, 3)])).toContain('gap')
  })

  test('have terms that neither fall nor are to come', () => {
    expect(append([entry(6, 1)])).toContain('terms')
    expect(append([entry(6, 3), entry(7, 2)])).toContain('terms')
    expect(append([entry(6, 4)])).toContain('terms')
    expect(append([], { prevTerm: 4 })).toContain('prevTerm')
  })

  test('and rosters that are damaged make the message refused', () => {
    expect(append([], { entries: Uint8Array.of(1, 2, 3) })).toContain('batch')
    expect(append([], { entries: new Uint8Array(0) })).toContain('batch')
    const install = sampleOf('install-snapshot', TABLE['install-snapshot'])
    expect(reasonOf({ ...install, roster: Uint8Array.of(1) })).toContain('roster')
    const propose = sampleOf('propose', TABLE.propose)
    expect(reasonOf({ ...propose, entries: batch.subarray(1) })).toContain('batch')
  })
})
