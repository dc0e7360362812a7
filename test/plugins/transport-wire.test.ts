import fc from 'fast-check'
import { encodeMessage, parser } from '../../plugins/transport-socketio/parser'
import { decodeFrame, encodeFrame } from '../../plugins/transport-socketio/wire'

const { letrec, oneof, string, double, boolean, uint8Array, array, dictionary, constant } = fc
/** Numbers as JSON has them: no NaN, no infinities, and no -0. */
const number = double({ noNaN: true, noDefaultInfinity: true }).map(value => (Object.is(value, -0) ? 0 : value))
const key = string().filter(name => name !== '__proto__')
const { value } = letrec(tie => ({
  value: oneof(
    { maxDepth: 4 },
    string({ unit: 'binary' }),
    constant('\0'),
    constant('\x003'),
    constant('\0\0'),
    number,
    boolean(),
    constant(null),
    uint8Array(),
    array(tie('value'), { maxLength: 4 }),
    dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

const SAMPLE = {
  type: 'append-entries',
  term: 3,
  list: [1, 'two'],
  entries: Uint8Array.of(1, 2, 3),
  more: new Uint8Array(0),
}

describe('a frame', () => {
  test('gives back what it was made of', () => {
    fc.assert(
      fc.property(value, fc.nat(255), (given, tag) => {
        expect(decodeFrame(encodeFrame(tag, given))).toEqual({ tag, value: given })
      }),
    )
  })

  test('leaves out what is undefined or no data, like JSON', () => {
    const frame = encodeFrame(16, { a: undefined, b: () => 1, c: 1n, d: [1] })
    expect(decodeFrame(frame).value).toEqual({ d: [1] })
  })

  test('without a value is empty', () => {
    expect(decodeFrame(encodeFrame(0, undefined))).toEqual({ tag: 0, value: undefined })
  })

  test('is refused if anything is missing from its end or added to it', () => {
    const frame = encodeFrame(21, SAMPLE)
    for (let length = 0; length < frame.byteLength; length++)
      expect(() => decodeFrame(frame.subarray(0, length))).toThrow()
    expect(() => decodeFrame(Buffer.concat([frame, Uint8Array.of(0)]))).toThrow('longer')
  })

  test('is refused where it has more JSON than any message, before that is looked at', () => {
    const most = 'x'.repeat(1024 * 1024 - '""'.length)
    expect(decodeFrame(encodeFrame(16, most)).value).toBe(most)
    expect(() => decodeFrame(encodeFrame(16, `${most}x`))).toThrow('more than 1 MiB of JSON')
  })

  test.each(['\\u0000', '\\u000001', '\\u0000-1', '\\u00001e3', '\\u00004', '\\u000099999999999', '\\u0000x'])(
    'with the bytes mark %s is refused',
    mark => {
      const json = Buffer.from(`{"x":"${mark}"}`)
      const frame = Buffer.concat([Uint8Array.of(21, 0, 0, 0, 0, 0, 0, json.byteLength), json, Uint8Array.of(1, 2, 3)])
      expect(() => decodeFrame(frame)).toThrow()
    },
  )

  test('never brings more than an error about, whatever it holds', () => {
    fc.assert(
      fc.property(uint8Array({ maxLength: 64 }), bytes => {
        try {
          decodeFrame(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
    )
  })

  test('with a key that would reach the prototype is refused', () => {
    const json = Buffer.from('{"__proto__":{"polluted":true}}')
    const frame = Buffer.concat([Uint8Array.of(21, 0, 0, 0, 0, 0, 0, json.byteLength), json])
    expect(() => decodeFrame(frame)).toThrow('prototype')
  })

  test('that is nested a hundred thousand times is refused', () => {
    const json = Buffer.from('['.repeat(100_000) + ']'.repeat(100_000))
    const header = Buffer.from([21, 0, 0, 0, 0, 0, 0, 0])
    header.writeUInt32BE(json.byteLength, 4)
    expect(() => decodeFrame(Buffer.concat([header, json]))).toThrow()
  })

  test('does not keep a large buffer alive for a few bytes', () => {
    const frame = encodeFrame(21, SAMPLE)
    const pool = Buffer.alloc(65_536)
    pool.set(frame, 100)
    const { value: decoded } = decodeFrame(pool.subarray(100, 100 + frame.byteLength))
    expect(decoded).toEqual(SAMPLE)
    const { entries } = decoded as typeof SAMPLE
    expect(entries.buffer.byteLength).toBe(3)
  })
})

describe('the parser', () => {
  const decode = (chunk: unknown): unknown[] => {
    const packets: unknown[] = []
    const decoder = new parser.Decoder()
    decoder.on('decoded', packet => packets.push(packet))
    decoder.add(chunk)
    return packets
  }

  test('makes one binary chunk a packet, and reads it back from either kind of buffer', () => {
    const [chunk = new Uint8Array(0), ...others] = new parser.Encoder().encode({ type: 2, data: ['hello', { a: 1 }] })
    expect(others).toEqual([])
    const packet = { type: 2, nsp: '/', data: ['hello', { a: 1 }] }
    expect(decode(chunk)).toEqual([packet])
    expect(decode(new Uint8Array(chunk).buffer)).toEqual([packet])
  })

  test('passes on a message that is a frame already', () => {
    const frame = encodeMessage(SAMPLE)
    expect(new parser.Encoder().encode({ type: 2, data: ['message', frame] })[0]).toBe(frame)
    expect(decode(frame)).toEqual([{ type: 2, nsp: '/', data: ['message', SAMPLE] }])
  })

  test.each([
    ['text', '2["message",{}]'],
    ['nothing', undefined],
    ['an acknowledgement', encodeFrame(3, [])],
    ['a connect error', encodeFrame(4, undefined)],
    ['an unknown tag', encodeFrame(99, {})],
    ['a connect packet with something else', encodeFrame(0, { token: 1 })],
  ])('refuses %s', (_, chunk) => {
    expect(() => decode(chunk)).toThrow()
  })
})
