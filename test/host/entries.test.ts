import { start, type Entry, type Host } from 'kayak'
import { watch, World, type Outcome } from './world.js'

/** An iterator that is asked by hand. */
const iterate = (host: Host, from?: number): AsyncIterator<Entry> => host.log.entries(from)[Symbol.asyncIterator]()

/** The next few entries. */
async function take(world: World, iterator: AsyncIterator<Entry>, count: number): Promise<Entry[]> {
  const entries: Entry[] = []
  while (entries.length < count) {
    const result = await world.run(iterator.next())
    if (result.done === true) throw new Error(`It ended after ${entries.length}.`)
    entries.push(result.value)
  }
  return entries
}

/** A host whose entries are all on its disk only, and how often that is read. */
async function onDisk(count: number, bytes: number) {
  const world = new World()
  const before = await world.start('a')
  const appending = Array.from({ length: count }, (_, at) => before.log.append(Buffer.alloc(bytes, at)))
  const indexes = (await world.run(Promise.all(appending))).map(({ index }) => index)
  await world.stop(before)
  const options = world.options('a')
  const host = await world.run(start('127.0.0.1:0', options))
  await world.leaderOf([host])
  await world.until(() => host.log.committed === host.log.head)
  return { world, host, indexes, reading: jest.spyOn(options.storage, 'read') }
}

describe('log.entries', () => {
  it('gives history from the beginning, then waits for what commits', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const history = await world.run(Promise.all(['one', 'two', 'three'].map(text => a.log.append(text))))
    await world.until(() => b.log.committed === a.log.committed)
    for (const host of [a, b])
      for (const from of [undefined, 0, 1]) expect(await take(world, iterate(host, from), 3)).toEqual(history)
    const iterator = iterate(b)
    await take(world, iterator, 3)
    const next = watch(iterator.next())
    await world.pass(1000)
    expect(next.settled).toBe(false)
    const entry = await world.run(a.log.append('four'))
    await world.until(() => next.settled)
    expect(next.value).toEqual({ done: false, value: entry })
    await world.stop(a, b)
  })

  it('ends at once where it waits for an entry, and what waits with it', async () => {
    const world = new World()
    const host = await world.start('a')
    const { index } = await world.run(host.log.append('one'))
    const iterator = iterate(host, index)
    await take(world, iterator, 1)
    const next = watch(iterator.next())
    await world.pass(10)
    const returned = watch(Promise.resolve(iterator.return?.()))
    await world.breathe()
    expect(next).toEqual({ settled: true, value: { done: true, value: undefined } })
    expect(returned.settled).toBe(true)
    expect(await world.run(iterator.next())).toEqual({ done: true, value: undefined })
    const unused = iterate(host)
    await world.run(Promise.resolve(unused.return?.()))
    expect(await world.run(unused.next())).toEqual({ done: true, value: undefined })
    await world.stop(host)
  })

  it('begins at an index, inclusive, or waits for it', async () => {
    const world = new World()
    const host = await world.start('a')
    const entries = await world.run(Promise.all(['one', 'two', 'three'].map(text => host.log.append(text))))
    expect(await take(world, iterate(host, entries[1]?.index), 2)).toEqual(entries.slice(1))
    const ahead = watch(iterate(host, host.log.head + 2).next())
    await world.run(host.log.append('four'))
    await world.breathe()
    expect(ahead.settled).toBe(false)
    await world.run(host.log.append('five'))
    await world.until(() => ahead.settled)
    expect(ahead.value).toMatchObject({ value: { payload: 'five' } })
    await world.stop(host)
  })

  it('is a loop that can be left', async () => {
    const world = new World()
    const host = await world.start('a')
    await world.run(Promise.all(['one', 'two', 'three'].map(text => host.log.append(text))))
    const seen: unknown[] = []
    const looping = async (): Promise<void> => {
      for await (const { payload } of host.log.entries()) if (seen.push(payload) === 2) break
    }
    await world.run(looping())
    expect(seen).toEqual(['one', 'two'])
    await world.stop(host)
    expect(await world.leftovers()).toBe(0)
  })

  it('reads a batch when the one before has been consumed, so that who stops reading costs one batch', async () => {
    const { world, host, indexes, reading } = await onDisk(40, 300_000)
    const iterator = iterate(host)
    expect(reading).toHaveBeenCalledTimes(0)
    // a batch is of 1 MiB, or of one entry if that is larger
    for (let at = 0; at < 40; at++) {
      const [entry] = await take(world, iterator, 1)
      expect(entry?.index).toBe(indexes[at])
      expect(reading.mock.calls.length).toBeLessThanOrEqual(1 + Math.ceil(at / 3))
      const before = reading.mock.calls.length
      await world.pass(100)
      expect(reading.mock.calls.length).toBe(before)
    }
    expect(reading.mock.calls.every(([, , bytes]) => bytes === 2 ** 20)).toBe(true)
    await world.stop(host)
  })

  it('of one that never reads costs nothing, whatever commits', async () => {
    const { world, host, reading } = await onDisk(10, 300_000)
    const [unread, begun] = [iterate(host), iterate(host)]
    await take(world, begun, 1)
    await world.run(Promise.all(Array.from({ length: 100 }, () => host.log.append('x'))))
    await world.pass(1000)
    expect(reading).toHaveBeenCalledTimes(1)
    expect(await take(world, unread, 110)).toHaveLength(110)
    await world.stop(host)
  })

  it('gives every entry once to each of several that read at their own pace', async () => {
    const { world, host, indexes } = await onDisk(30, 100_000)
    const [quick, slow] = [iterate(host), iterate(host)]
    const first = await take(world, slow, 5)
    expect((await take(world, quick, 30)).map(({ index }) => index)).toEqual(indexes)
    const rest = await take(world, slow, 25)
    expect([...first, ...rest].map(({ index }) => index)).toEqual(indexes)
    await world.stop(host)
  })

  it('ends when the host stops: those that wait, that read the disk, that hold a batch, and that begin then', async () => {
    const { world, host } = await onDisk(2, 10)
    const [holding, waiting, reading] = [iterate(host), iterate(host, 100), iterate(host)]
    await take(world, holding, 1)
    const next: Outcome<unknown>[] = [watch(waiting.next())]
    world.disk('a').latencyMs = 50
    next.push(watch(reading.next()))
    await world.pass(10)
    expect(next.map(({ settled }) => settled)).toEqual([false, false])
    await world.stop(host)
    await world.until(() => next.every(({ settled }) => settled))
    for (const { value } of next) expect(value).toEqual({ done: true, value: undefined })
    const held = await world.run(holding.next())
    expect(held.done).toBe(false)
    for (const iterator of [holding, iterate(host)])
      expect(await world.run(iterator.next())).toEqual({ done: true, value: undefined })
    await world.pass(50)
    expect(await world.leftovers()).toBe(0)
  })

  it('errors when the host has failed for good', async () => {
    const { world, host } = await onDisk(2, 10)
    const waiting = iterate(host, 100)
    const next = watch(waiting.next())
    await world.breathe()
    world.disk('a').failNextWrite()
    await world.fails(host.log.append('x'))
    await world.until(() => next.settled)
    expect(next.error).toMatchObject({ code: 'KAYAK_STORAGE_FAILED' })
    expect(await world.fails(iterate(host).next())).toMatchObject({ code: 'KAYAK_STORAGE_FAILED' })
    await world.stop(host)
  })

  it('errors KAYAK_COMPACTED over a compacted part, and for who has lost its place', async () => {
    const world = new World()
    const host = await world.start('a')
    const entries = await world.run(Promise.all(['one', 'two', 'three', 'four'].map(text => host.log.append(text))))
    const until = entries[2]?.index ?? 0
    const [behind, ahead] = [iterate(host, entries[0]?.index), iterate(host, entries[3]?.index)]
    await world.run(host.log.compact(until, []))
    for (const iterator of [behind, iterate(host), iterate(host, until)])
      expect(await world.fails(iterator.next())).toMatchObject({ code: 'KAYAK_COMPACTED', snapshotIndex: until })
    for (const iterator of [ahead, iterate(host, until + 1)])
      expect(await take(world, iterator, 1)).toEqual([entries[3]])
    await world.stop(host)
  })

  it.each([-1, 1.5, NaN, Infinity, 2 ** 53, '1', null, {}])('refuses to begin at %p', async from => {
    const world = new World()
    const host = await world.start('a')
    // whoever writes JavaScript may pass anything
    expect(await world.fails(iterate(host, from as number).next())).toMatchObject({ code: 'KAYAK_INVALID' })
    await world.stop(host)
  })
})
