import { type Codec, type Payload } from 'kayak'
import { record, World } from './world.js'

const KiB = 1024
const MiB = 1024 * KiB

const TEXTS = [
  '',
  'hello, world',
  '\0',
  'a\nb',
  '\uFEFFwith a mark',
  'ein Wörtchen',
  '漢字',
  '🐈‍⬛',
  '\uD83D',
  '\u2028\u2029\u0085',
]
const BYTES = [[], [0], [0, 1, 2, 255], [0xef, 0xbb, 0xbf], [0xff, 0xfe]]

describe('payloads without a codec', () => {
  it.each(TEXTS)('come out of every stream as the string that went in: %j', async text => {
    const world = new World()
    const host = await world.start('a')
    const seen = [record(host.committed$), record(host.log.listen())]
    const { payload, index } = await world.run(host.log.append(text))
    expect(payload).toBe(text)
    await world.until(() => seen.every(({ values }) => values.length === 1))
    for (const { values } of seen) expect(values).toMatchObject([{ index, kind: 'data', payload: text }])
    await world.stop(host)
  })

  it.each(BYTES)('come out as the bytes that went in: %j', async (...bytes) => {
    const world = new World()
    const host = await world.start('a')
    const seen = record(host.committed$)
    await world.run(host.log.append(Uint8Array.from(bytes)))
    expect(seen.values.map(({ payload }) => payload)).toEqual([Uint8Array.from(bytes)])
    await world.stop(host)
  })

  it('come back to who has appended them as bytes of their own, whatever went in', async () => {
    const world = new World()
    const host = await world.start('a')
    const seen = record(host.committed$)
    const buffer = Buffer.from('buffer')
    const appending = host.log.append(buffer)
    buffer.fill(0)
    const { payload } = await world.run(appending)
    expect([payload, Buffer.isBuffer(payload)]).toEqual([Uint8Array.from(Buffer.from('buffer')), false])
    expect(seen.values.map(entry => entry.payload)).toEqual([payload])
    await world.stop(host)
  })

  it('are what they were on the other members, and after a restart', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const payloads: Payload[] = ['text', Buffer.from('buffer'), Uint8Array.of(7, 8, 9).subarray(1, 2)]
    const elsewhere = record(b.committed$)
    for (const payload of payloads) await world.run(a.log.append(payload))
    const expected = ['text', Uint8Array.from(Buffer.from('buffer')), Uint8Array.from([8])]
    await world.until(() => elsewhere.values.length === 3)
    expect(elsewhere.values.map(({ payload }) => payload)).toEqual(expected)
    await world.stop(a, b)
    const [again, other] = [await world.start('b'), await world.start('a')]
    const after = record(again.log.listen())
    await world.until(() => after.values.length === 3)
    expect(after.values.map(({ payload }) => payload)).toEqual(expected)
    await world.stop(again, other)
  })

  it('are taken as they are when they are appended, whatever becomes of their bytes then', async () => {
    const world = new World()
    const host = await world.start('a')
    const bytes = Uint8Array.from([1, 2, 3])
    const appending = host.log.append(bytes)
    bytes.fill(9)
    await world.run(appending)
    const first = record(host.log.listen())
    await world.until(() => first.values.length === 1)
    expect(first.values[0]?.payload).toEqual(Uint8Array.from([1, 2, 3]))
    if (first.values[0]?.payload instanceof Uint8Array) first.values[0].payload.fill(0)
    const second = record(host.log.listen())
    await world.until(() => second.values.length === 1)
    expect(second.values[0]?.payload).toEqual(Uint8Array.from([1, 2, 3]))
    await world.stop(host)
  })

  it.each([
    42,
    null,
    undefined,
    {},
    [],
    ['text'],
    new ArrayBuffer(2),
    new Uint16Array(2),
    new DataView(new ArrayBuffer(1)),
  ])('are strings or Uint8Arrays, not %p', async payload => {
    const world = new World()
    const host = await world.start('a')
    const { head } = host.log
    // whoever writes JavaScript may pass anything
    const error = await world.fails(host.log.append(payload as Payload))
    expect(error).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected' })
    expect(host.log.head).toBe(head)
    expect((await world.run(host.log.append('next'))).index).toBe(head + 1)
    await world.stop(host)
  })
})

describe('the limit of payloads', () => {
  it.each([
    ['1 MiB by default', {}, MiB],
    ['what maxPayloadBytes says', { maxPayloadBytes: 10 }, 10],
    ['8 MiB at most', { maxPayloadBytes: 8 * MiB }, 8 * MiB],
  ])('is %s', async (_, options, limit) => {
    const world = new World()
    const host = await world.start('a', options)
    expect((await world.run(host.log.append(new Uint8Array(limit)))).payload).toHaveLength(limit)
    const { head } = host.log
    const error = await world.fails(host.log.append(new Uint8Array(limit + 1)))
    expect(error).toMatchObject({ code: 'KAYAK_PAYLOAD_TOO_LARGE', outcome: 'rejected', retryable: false })
    expect(error.message).toContain(String(limit))
    expect(error.message).toContain(String(limit + 1))
    expect(host.log.head).toBe(head)
    await world.stop(host)
  })

  it('counts the bytes of a string, not its characters', async () => {
    const world = new World()
    const host = await world.start('a', { maxPayloadBytes: 10 })
    expect((await world.run(host.log.append('ääääa'))).payload).toBe('ääääa')
    expect((await world.fails(host.log.append('äääääa'))).code).toBe('KAYAK_PAYLOAD_TOO_LARGE')
    await world.stop(host)
  })

  it('counts what a codec has made', async () => {
    const world = new World()
    const codec: Codec<number> = { encode: size => new Uint8Array(size), decode: bytes => bytes.byteLength }
    const host = await world.start('a', { codec, maxPayloadBytes: 10 })
    expect((await world.run(host.log.append(10))).payload).toBe(10)
    expect((await world.fails(host.log.append(11))).code).toBe('KAYAK_PAYLOAD_TOO_LARGE')
    await world.stop(host)
  })

  it('lets the largest payload reach the other members', async () => {
    const world = new World()
    const [a, b] = await world.pair({ maxPayloadBytes: 8 * MiB })
    const seen = record(a.committed$)
    const payload = Buffer.alloc(8 * MiB, 'kayak')
    await world.run(b.log.append(payload))
    await world.until(() => seen.values.length === 1)
    const [entry] = seen.values
    expect(Buffer.compare(payload, Buffer.from(entry?.payload ?? ''))).toBe(0)
    await world.stop(a, b)
  })
})
