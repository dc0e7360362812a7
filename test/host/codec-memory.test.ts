import { map } from 'rxjs'
import { start, type Codec, type Options } from 'kayak'
import type { LogEntry } from '../../streams/rules/entry.js'
import { record, World } from './world.js'

describe('a codec that shares memory', () => {
  it('may hand out its input, which a consumer may then change, without harm to the log', async () => {
    const world = new World()
    const identity: Codec<Uint8Array> = { encode: value => value, decode: bytes => bytes }
    const host = await world.start('a', { codec: identity })
    host.committed$.subscribe(({ payload }) => payload.fill(0))
    host.log.listen().subscribe(({ payload }) => payload.fill(0))
    const mine = Uint8Array.of(1, 2, 3)
    await world.run(host.log.append(mine))
    mine.fill(9)
    const seen: number[][] = []
    host.log.listen().subscribe(({ payload }) => seen.push([...payload]))
    await world.run(host.log.append(Uint8Array.of(4)))
    expect(seen).toEqual([[1, 2, 3], [4]])
    await world.stop(host)
  })

  it('has memory of its own to decode, all of which it may look at', async () => {
    const world = new World()
    const codec: Codec<number> = {
      encode: value => new Uint8Array(Float64Array.of(value).buffer),
      decode: ({ buffer }) => new Float64Array(buffer)[0] ?? NaN,
    }
    const host = await world.start('a', { codec })
    const seen = record(host.committed$)
    const appended = await world.run(Promise.all([1.5, 2.5].map(value => host.log.append(value))))
    expect(appended.map(({ payload }) => payload)).toEqual([1.5, 2.5])
    expect(seen.values.map(({ payload }) => payload)).toEqual([1.5, 2.5])
    await world.stop(host)
  })

  it('may use the memory of what it has encoded again', async () => {
    const world = new World()
    const scratch = new Uint8Array(1)
    const codec: Codec<number> = {
      encode: value => {
        scratch[0] = value
        return scratch
      },
      decode: bytes => bytes[0] ?? -1,
    }
    const host = await world.start('a', { codec })
    const appends = [1, 2, 3].map(value => host.log.append(value))
    expect((await world.run(Promise.all(appends))).map(({ payload }) => payload)).toEqual([1, 2, 3])
    const seen: number[] = []
    host.log.listen().subscribe(({ payload }) => seen.push(payload))
    await world.run(host.log.append(4))
    expect(seen).toEqual([1, 2, 3, 4])
    await world.stop(host)
  })

  it('may do so with Buffers, whose slices share memory too', async () => {
    const world = new World()
    const scratch = Buffer.alloc(1)
    const codec: Codec<Uint8Array> = {
      encode: value => {
        scratch.set(value)
        return scratch
      },
      decode: bytes => bytes,
    }
    const before = await world.start('a', { codec })
    await world.run(Promise.all([1, 2].map(value => before.log.append(Uint8Array.of(value)))))
    await world.stop(before)
    await readsUnharmed(world, { codec })
  })
})

describe('hosts without a codec', () => {
  it('keep what consumers get of commits apart from what callers and listeners get', async () => {
    const world = new World()
    const host = await world.start('a')
    const committed = record(host.committed$)
    const appended = await world.run(Promise.all([1, 2].map(value => host.log.append(Uint8Array.of(value)))))
    const listened = record(host.log.listen())
    await world.until(() => listened.values.length === 2)
    const blocks = [committed.values, appended, listened.values].map(entries =>
      entries.map(({ payload }) => (payload as Uint8Array).buffer),
    )
    // those of one kind share a block
    expect(blocks.map(of => new Set(of).size)).toEqual([1, 1, 1])
    expect(new Set(blocks.flat()).size).toBe(3)
    await world.stop(host)
  })

  it('give bytes out that a consumer may change, also where the disk gives Buffers', async () => {
    const world = new World()
    const before = await world.start('a')
    await world.run(Promise.all([1, 2].map(value => before.log.append(Uint8Array.of(value)))))
    await world.stop(before)
    await readsUnharmed(world, {})
  })
})

/** Reads 1 and 2 again and again from a disk that gives Buffers, as one that spoils all that it gets. */
async function readsUnharmed(world: World, more: Options): Promise<void> {
  const options = world.options('a', more)
  const { storage } = options
  const read = storage.read.bind(storage)
  const asBuffer = (entry: LogEntry): LogEntry => {
    const { buffer, byteOffset, byteLength } = entry.payload
    return { ...entry, payload: Buffer.from(buffer, byteOffset, byteLength) }
  }
  storage.read = (...range) => read(...range).pipe(map(entries => entries.map(asBuffer)))
  const host = await world.run(start('127.0.0.1:0', options))
  await world.leaderOf([host])
  for (let round = 0; round < 3; round++) {
    const seen = record(host.log.listen())
    await world.until(() => seen.values.length === 2)
    for (const [at, { payload }] of seen.values.entries()) {
      expect(payload).toEqual(Uint8Array.of(at + 1))
      if (payload instanceof Uint8Array) payload.fill(0)
    }
  }
  await world.stop(host)
}
