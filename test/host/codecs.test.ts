import { KayakError, type Codec } from 'kayak'
import { containing, record, World } from './world.js'

interface Point {
  readonly x: number
}

const codec: Codec<Point> = {
  encode: ({ x }) => Buffer.from(JSON.stringify({ x })),
  decode(bytes) {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString())
    if (typeof value === 'object' && value !== null && 'x' in value && typeof value.x === 'number')
      return { x: value.x }
    throw new Error('This is no point.')
  },
}
const anything: Codec<unknown> = {
  encode: value => Buffer.from(JSON.stringify(value)),
  decode: bytes => JSON.parse(Buffer.from(bytes).toString()) as unknown,
}

describe('a codec', () => {
  it('makes values of all that goes in and comes out, on every member', async () => {
    const world = new World()
    const [a, b] = await world.pair({ codec })
    const seen = [record(a.committed$), record(b.committed$), record(b.log.listen())]
    const entry = await world.run(b.log.append({ x: 1 }))
    expect(entry.payload).toEqual({ x: 1 })
    await world.until(() => seen.every(({ values }) => values.length === 1))
    for (const { values } of seen) expect(values).toEqual([entry])
    const first = await world.run(a.log.entries()[Symbol.asyncIterator]().next())
    expect(first).toEqual({ done: false, value: entry })
    await world.stop(a, b)
  })

  it('gives back what is in the log, and not what was passed in, however that has changed since', async () => {
    const world = new World()
    const host = await world.start('a', { codec })
    const seen = record(host.committed$)
    const point = { x: 1 }
    const appending = host.log.append(point)
    point.x = 2
    const entry = await world.run(appending)
    expect([entry.payload, entry.payload === point]).toEqual([{ x: 1 }, false])
    expect(seen.values).toEqual([entry])
    await world.stop(host)
  })

  it('that knows why it cannot decode an entry says so by its code', async () => {
    const world = new World()
    const host = await world.start('a', { codec })
    await world.run(host.log.append({ x: 1 }))
    await world.stop(host)
    const newer = new KayakError('KAYAK_VERSION', 'Newer.')
    const failing: Codec<Point> = {
      ...codec,
      decode: () => {
        throw newer
      },
    }
    const again = await world.start('a', { codec: failing })
    const seen = record(again.log.listen())
    await world.until(() => seen.end !== undefined)
    expect(seen).toMatchObject({ end: 'error', error: { code: 'KAYAK_VERSION', outcome: 'unknown', cause: newer } })
    await world.stop(again)
  })

  it('decodes for who has appended, and once for all who watch', async () => {
    const world = new World()
    let decoded = 0
    const counting: Codec<Point> = { ...codec, decode: bytes => (decoded++, codec.decode(bytes)) }
    const host = await world.start('a', { codec: counting })
    await world.run(host.log.append({ x: 1 }))
    expect(decoded).toBe(1)
    const watching = [record(host.committed$), record(host.committed$)]
    await world.run(host.log.append({ x: 2 }))
    expect(watching.map(({ values }) => values.length)).toEqual([1, 1])
    expect(decoded).toBe(3)
    await world.stop(host)
  })

  it('that throws in encode costs its own append only', async () => {
    const world = new World()
    const cause = new Error('no')
    const failing: Codec<Point> = {
      ...codec,
      encode(point) {
        if (point.x < 0) throw cause
        return codec.encode(point)
      },
    }
    const host = await world.start('a', { codec: failing })
    const { head } = host.log
    expect(await world.fails(host.log.append({ x: -1 }))).toMatchObject({
      code: 'KAYAK_INVALID',
      outcome: 'rejected',
      message: containing('codec'),
      cause,
    })
    expect(host.log.head).toBe(head)
    expect((await world.run(host.log.append({ x: 1 }))).payload).toEqual({ x: 1 })
    await world.stop(host)
  })

  it('may throw an error of kayak, which arrives as it is', async () => {
    const world = new World()
    const own = new KayakError('KAYAK_INVALID', 'Out of range.')
    const host = await world.start('a', {
      codec: {
        ...codec,
        encode: () => {
          throw own
        },
      },
    })
    expect(await world.fails(host.log.append({ x: 1 }))).toBe(own)
    await world.stop(host)
  })

  it.each(['text', null, undefined, 42, {}, [1, 2], new ArrayBuffer(2), Promise.resolve(new Uint8Array())])(
    'that encodes to %p is refused, and nothing is appended',
    async rubbish => {
      const world = new World()
      // whoever writes JavaScript may return anything
      const host = await world.start('a', { codec: { ...codec, encode: () => rubbish as Uint8Array } })
      const { head } = host.log
      expect(await world.fails(host.log.append({ x: 1 }))).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected' })
      expect(host.log.head).toBe(head)
      await world.stop(host)
    },
  )
})

describe('a codec that can not decode', () => {
  /** A member whose log has an entry that its codec refuses, between two that it takes. */
  async function spoilt(): Promise<World> {
    const world = new World()
    const host = await world.start('a', { codec: anything })
    for (const value of [{ x: 1 }, 'no point', { x: 3 }]) await world.run(host.log.append(value))
    await world.stop(host)
    return world
  }

  it('ends the listening of who meets that entry, and nothing else', async () => {
    const world = await spoilt()
    const host = await world.start('a', { codec })
    await world.leaderOf([host])
    const [all, later] = [record(host.log.listen()), record(host.log.listen(host.log.committed))]
    await world.until(() => all.end !== undefined)
    expect(all).toMatchObject({ values: [{ payload: { x: 1 } }], end: 'error' })
    expect(all.error).toMatchObject({ code: 'KAYAK_INVALID', message: containing('decoded') })
    const iterator = host.log.entries()[Symbol.asyncIterator]()
    expect(await world.run(iterator.next())).toMatchObject({ value: { payload: { x: 1 } } })
    expect((await world.fails(iterator.next())).code).toBe('KAYAK_INVALID')
    expect((await world.run(host.log.append({ x: 4 }))).payload).toEqual({ x: 4 })
    await world.until(() => later.values.length === 1)
    await world.stop(host)
  })

  it('costs who has appended the answer, and the member nothing', async () => {
    const world = new World()
    let isBroken = true
    const breaking: Codec<string> = {
      encode: text => Buffer.from(text),
      decode: bytes => {
        if (isBroken) throw new Error('broken')
        return Buffer.from(bytes).toString()
      },
    }
    const host = await world.start('a', { codec: breaking })
    const failure = await world.fails(host.log.append('x'))
    expect(failure).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'unknown', cause: new Error('broken') })
    isBroken = false
    expect((await world.run(host.log.append('y'))).payload).toBe('y')
    expect((await world.everything(host)).map(({ payload }) => payload)).toEqual(['x', 'y'])
    await world.stop(host)
  })

  it('ends the host if somebody watches its commits, since they may not skip one', async () => {
    const world = await spoilt()
    const host = await world.start('a', { codec })
    const [commits, events] = [record(host.committed$), record(host.events$)]
    await world.until(() => commits.end !== undefined)
    expect(commits).toMatchObject({ values: [{ payload: { x: 1 } }], end: 'error' })
    expect(commits.error).toMatchObject({ code: 'KAYAK_INVALID', message: containing('decoded') })
    expect(events.values.at(-1)).toMatchObject({ type: 'failed', error: { code: 'KAYAK_INVALID' } })
    expect(await world.fails(host.log.append({ x: 4 }))).toMatchObject({
      code: 'KAYAK_STOPPED',
      outcome: 'rejected',
      cause: commits.error,
    })
    expect(await world.leftovers()).toBe(0)
    const mended = await world.start('a', { codec: anything })
    const seen = record(mended.log.listen())
    await world.until(() => seen.values.length === 3)
    expect(seen.values.map(({ payload }) => payload)).toEqual([{ x: 1 }, 'no point', { x: 3 }])
    await world.stop(mended)
  })

  it('is not the one of hosts without a codec, whose payloads are tagged', async () => {
    const world = await spoilt()
    const host = await world.start('a')
    const seen = record(host.log.listen())
    await world.until(() => seen.end === 'error')
    expect(seen.values).toEqual([])
    expect(seen.error).toMatchObject({ code: 'KAYAK_INVALID' })
    await world.stop(host)
  })
})
