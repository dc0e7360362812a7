import fc from 'fast-check'
import { decodeEntries, encodeEntries, LARGEST_NUMBER } from '../../streams/contracts/entry-codec'
import { KayakError } from '../../streams/contracts/errors'
import type { LogEntry } from '../../streams/rules/entry'

const count = fc.maxSafeNat()
const entry: fc.Arbitrary<LogEntry> = fc.record({
  index: count,
  term: count,
  kind: fc.constantFrom('data', 'noop', 'roster'),
  time: count,
  session: fc.oneof(
    fc.constant(''),
    fc.stringMatching(/^[0-9a-f]{20}$/).filter(session => !/^0+$/.test(session)),
  ),
  number: fc.integer({ min: 0, max: LARGEST_NUMBER }),
  payload: fc.uint8Array({ maxLength: 200 }),
})

const SAMPLE: readonly LogEntry[] = [
  { index: 7, term: 2, kind: 'noop', time: 1_700_000_000_000, session: '', number: 0, payload: new Uint8Array(0) },
  {
    index: 8,
    term: 2,
    kind: 'data',
    time: 1_700_000_000_001,
    session: '0123456789abcdef0123',
    number: 2 ** 40 + 5,
    payload: Uint8Array.of(0, 255, 3),
  },
]

const codeOf = (bytes: Uint8Array): string => {
  try {
    decodeEntries(bytes)
    return 'accepted'
  } catch (error) {
    return error instanceof KayakError ? error.code : String(error)
  }
}

const REFUSED = /^KAYAK_(CORRUPT|VERSION)$/

describe('a batch of entries', () => {
  test('gives back what it was made of, wherever it lies in a buffer', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), fc.nat(16), (entries, at) => {
        const bytes = encodeEntries(entries)
        const buffer = new Uint8Array(bytes.byteLength + 32)
        buffer.set(bytes, at)
        expect(decodeEntries(buffer.subarray(at, at + bytes.byteLength))).toEqual(entries)
      }),
    )
  })

  test('of none is valid', () => {
    expect(decodeEntries(encodeEntries([]))).toEqual([])
  })

  test('keeps the largest of all numbers', () => {
    const most = Number.MAX_SAFE_INTEGER
    const largest = { ...SAMPLE[0], index: most, term: most, time: most, number: LARGEST_NUMBER } as LogEntry
    expect(decodeEntries(encodeEntries([largest]))).toEqual([largest])
  })

  test('is refused wherever it is cut off', () => {
    const bytes = encodeEntries(SAMPLE)
    for (let length = 0; length < bytes.byteLength; length++) expect(codeOf(bytes.subarray(0, length))).toMatch(REFUSED)
  })

  test('is refused with anything after it', () => {
    expect(codeOf(Buffer.concat([encodeEntries(SAMPLE), Uint8Array.of(0)]))).toMatch(REFUSED)
  })

  test('is refused with any one bit flipped', () => {
    const bytes = encodeEntries(SAMPLE)
    const accepted: number[] = []
    for (let bit = 0; bit < bytes.byteLength * 8; bit++) {
      const flipped = Uint8Array.from(bytes)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      if (!REFUSED.test(codeOf(flipped))) accepted.push(bit)
    }
    expect(accepted).toEqual([])
  })

  test('of a later version is told from a damaged one', () => {
    const bytes = encodeEntries(SAMPLE)
    bytes[0] = 2
    expect(codeOf(bytes)).toBe('KAYAK_VERSION')
  })

  test('never brings another error about, whatever it holds', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), bytes => REFUSED.test(codeOf(bytes))))
  })

  test.each([
    ['index', { index: -1 }],
    ['index', { index: 2 ** 53 }],
    ['term', { term: 1.5 }],
    ['time', { time: NaN }],
    ['time', { time: Infinity }],
  ])('with a wrong %s is refused although its checksum is right', (_, fields) => {
    expect(codeOf(encodeEntries([{ ...SAMPLE[0], ...fields } as LogEntry]))).toBe('KAYAK_CORRUPT')
  })
})
