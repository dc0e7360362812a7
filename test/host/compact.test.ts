import { concat, finalize, from, NEVER, Subject } from 'rxjs'
import { founded, held, text } from './compacting.js'
import { bytesOf, record, World } from './world.js'

const KiB = 1024
const MiB = 1024 * KiB

describe('log.compact', () => {
  it('takes chunks from an observable, an iterable or an async iterable, and gives the same bytes back', async () => {
    async function* later() {
      yield* text('one, ', 'two, ', 'three')
    }
    const sources = [
      from(text('one, ', 'two, ', 'three')),
      text('one, ', 'two, ', 'three'),
      later(),
      new Set(text('one, two, three')),
    ]
    for (const source of sources) {
      const { world, host, until } = await founded()
      expect(await world.run(host.log.snapshot())).toBeUndefined()
      const snapshot = await world.run(host.log.compact(until, source))
      expect(snapshot).toMatchObject({ index: until, term: host.term, bytes: 15 })
      expect((await bytesOf(world, snapshot.chunks$)).toString()).toBe('one, two, three')
      expect(await world.run(host.log.snapshot())).toMatchObject({ index: until, term: host.term, bytes: 15 })
      expect(await held(world, host)).toBe('one, two, three')
      await world.stop(host)
    }
  })

  it('tells on compaction$ how it goes, with the bytes of the consumer', async () => {
    const { world, host, until } = await founded()
    const seen = record(host.compaction$)
    async function* chunks() {
      yield* text('one', 'two', '')
    }
    await world.run(host.log.compact(until, chunks()))
    expect(seen.values).toEqual([
      { type: 'started', index: until, bytes: 0 },
      { type: 'progress', index: until, bytes: 3 },
      { type: 'progress', index: until, bytes: 6 },
      { type: 'progress', index: until, bytes: 6 },
      { type: 'finished', index: until, bytes: 6 },
    ])
    await world.stop(host)
  })

  it('may be of nothing at all', async () => {
    for (const nothing of [[], from<Uint8Array[]>([]), [new Uint8Array()]]) {
      const { world, host, until } = await founded()
      expect(await world.run(host.log.compact(until, nothing))).toMatchObject({ index: until, bytes: 0 })
      expect(await held(world, host)).toBe('')
      await world.stop(host)
    }
  })

  it('takes and gives megabytes, chunk by chunk', async () => {
    const { world, host, until } = await founded()
    const chunks = Array.from({ length: 50 }, (_, at) => Buffer.alloc(100_000, at))
    const snapshot = await world.run(host.log.compact(until, chunks))
    expect(snapshot.bytes).toBe(5_000_000)
    const given = record(snapshot.chunks$)
    await world.until(() => given.end === 'complete')
    expect(given.values.every(({ byteLength }) => byteLength <= 256 * KiB)).toBe(true)
    expect(Buffer.compare(Buffer.concat(given.values), Buffer.concat(chunks))).toBe(0)
    await world.stop(host)
  })

  it('pulls an iterable only as fast as the disk takes it', async () => {
    const { world, host, until } = await founded()
    world.disk('a').latencyMs = 10
    const pulled: number[] = []
    function* chunks() {
      for (let i = 0; i < 5; i++) {
        pulled.push(world.clock.now())
        yield Buffer.alloc(64 * KiB)
      }
    }
    await world.run(host.log.compact(until, chunks()))
    expect(pulled).toHaveLength(5)
    for (const [at, time] of pulled.slice(1).entries()) expect(time - (pulled[at] ?? 0)).toBeGreaterThanOrEqual(10)
    await world.stop(host)
  })

  it('takes small chunks of an iterable together, and none later than one that is large', async () => {
    const { world, host, until } = await founded()
    const seen = record(host.compaction$)
    const sizes = [1, 0, 1000, 64 * KiB, ...Array<number>(200).fill(1000), 0, 100_000, 63 * KiB, 2 * KiB, 7]
    const chunks = sizes.map((size, at) => Buffer.alloc(size, at))
    await world.run(host.log.compact(until, chunks))
    expect((await held(world, host)) === Buffer.concat(chunks).toString()).toBe(true)
    const progress = seen.values.filter(({ type }) => type === 'progress').map(({ bytes }) => bytes)
    const written = progress.map((bytes, at) => bytes - (progress[at - 1] ?? 0))
    expect(written).toEqual([1001, 64 * KiB, 65_000, 65_000, 65_000, 5000, 100_000, 63 * KiB, 2 * KiB + 7])
    await world.stop(host)
  })

  it('lets an observable run 64 MiB ahead of the disk, and no further', async () => {
    const { world, host, until } = await founded()
    const chunk = new Uint8Array(MiB)
    world.disk('a').latencyMs = 10
    expect(await world.run(host.log.compact(until - 1, from(Array<Uint8Array>(64).fill(chunk))))).toMatchObject({
      bytes: 64 * MiB,
    })
    let unsubscribed = false
    const endless$ = concat(from(Array<Uint8Array>(65).fill(chunk)), NEVER).pipe(finalize(() => (unsubscribed = true)))
    const events = record(host.events$)
    const error = await world.fails(host.log.compact(until, endless$))
    expect(error).toMatchObject({ code: 'KAYAK_OVERLOADED', outcome: 'rejected', budget: 'backlog' })
    const told = { type: 'over-budget', budget: 'backlog', used: 65 * MiB, limit: 64 * MiB, unit: 'bytes', count: 1 }
    expect(events.values).toContainEqual(expect.objectContaining(told))
    expect(unsubscribed).toBe(true)
    expect(await world.run(host.log.snapshot())).toMatchObject({ index: until - 1 })
    await world.stop(host)
  })

  it('lets an iterable use its memory again for the next chunk', async () => {
    const { world, host, until } = await founded()
    function* chunks() {
      const buffer = Buffer.alloc(1)
      for (const letter of 'abc') {
        buffer.write(letter)
        yield buffer
      }
    }
    await world.run(host.log.compact(until, chunks()))
    expect(await held(world, host)).toBe('abc')
    await world.stop(host)
  })

  it('keeps its own copy of what an observable gives', async () => {
    const { world, host, until } = await founded()
    const chunks = new Subject<Uint8Array>()
    const compacting = host.log.compact(until, chunks)
    await world.until(() => chunks.observed)
    const buffer = Buffer.from('mine')
    chunks.next(buffer)
    buffer.fill('x')
    chunks.complete()
    await world.run(compacting)
    expect(await held(world, host)).toBe('mine')
    await world.stop(host)
  })

  it('is of this member only', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const { index } = await world.run(a.log.append('x'))
    const seen = record(b.compaction$)
    await world.run(a.log.compact(index, []))
    await world.run(b.log.append('y'))
    expect(seen.values).toEqual([])
    expect(await world.run(b.log.snapshot())).toBeUndefined()
    expect(await world.everything(b)).toHaveLength(2)
    await world.stop(a, b)
  })
})
