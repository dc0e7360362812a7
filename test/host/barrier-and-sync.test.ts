import type { Host } from 'kayak'
import { withDuplicate } from './duplicate.js'
import { record, T, watch, World } from './world.js'

describe('a barrier and a sync, of a consumer that acknowledges what it sees', () => {
  /** What the README shows; emits what it has acknowledged last. */
  const consume = (host: Host): { last: number } => {
    const seen = { last: 0 }
    host.log.listen().subscribe({
      next: ({ index }) => {
        seen.last = index
        host.sync.ack(index)
      },
      error: () => undefined,
    })
    return seen
  }
  /** Resolves with the index of the barrier, and fails if nobody acknowledges. */
  const read = async (host: Host): Promise<number> => {
    const index = await host.sync.barrier()
    await host.sync.sync(index)
    return index
  }

  it('resolve at once where nothing has ever been appended', async () => {
    const world = new World()
    const host = await world.start('a')
    host.committed$.subscribe(({ index }) => host.sync.ack(index))
    const begun = world.clock.now()
    expect(await world.run(read(host))).toBe(host.log.head)
    expect(world.clock.now() - begun).toBeLessThan(T)
    await world.stop(host)
  })

  it('resolve after a restart, whose election adds an entry that nobody sees', async () => {
    const world = new World()
    let host = await world.start('a')
    const { index } = await world.run(host.log.append('x'))
    await world.stop(host)
    host = await world.start('a')
    const last: number[] = []
    host.committed$.subscribe(entry => {
      last.push(entry.index)
      host.sync.ack(entry.index)
    })
    expect(await world.run(read(host))).toBeGreaterThan(index)
    expect(last).toEqual([index])
    await world.stop(host)
  })

  it('resolve on every member after an election and a change of the roster', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const { index } = await world.run(a.log.append('x'))
    const seen = [b, c].map(consume)
    await world.stop(a)
    await world.leaderOf([b, c])
    for (const host of [b, c]) expect(await world.run(read(host))).toBeGreaterThan(index)
    expect(seen).toEqual([{ last: index }, { last: index }])
    await world.run(b.remove(a.self.id))
    for (const host of [b, c]) expect(await world.run(read(host))).toBeGreaterThan(index + 1)
    await world.stop(b, c)
  })

  it('resolve for an entry that nobody sees, though one that is seen has come with it', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const { index } = await world.run(a.log.append('x'))
    await world.until(() => c.log.committed >= index)
    c.sync.ack(index)
    world.network.isolate(c.self.address)
    const removing = watch(a.remove(b.self.id))
    await world.until(() => a.log.head > index)
    const hidden = a.log.head
    const appending = watch(a.log.append('y'))
    const syncing = watch(c.sync.sync(hidden))
    await world.pass(10)
    expect([hidden, c.log.head, syncing.settled]).toEqual([index + 1, index, false])
    const batches = record(c.log.listen(index + 1))
    world.network.heal()
    await world.until(() => appending.settled && c.log.committed > hidden)
    await world.breathe()
    expect(batches.values).toMatchObject([{ index: hidden + 1, payload: 'y' }])
    expect(syncing).toEqual({ settled: true, value: undefined })
    await world.until(() => removing.settled)
    await world.stop(a, c)
  })

  it('resolve after a duplicate that occupies an index', async () => {
    const world = new World()
    const { a, b, first } = await withDuplicate(world)
    const seen = consume(b)
    expect(await world.run(read(b))).toBe(first.index + 2)
    expect(seen.last).toBe(first.index)
    await world.stop(a, b)
  })

  it.each([
    ['all that was shown before is acknowledged', true],
    ['something is not', false],
  ])('resolve after a snapshot from the leader, which leaves nothing to acknowledge: %s', async (_, acknowledges) => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.run(a.log.append('before'))
    await world.until(() => c.log.committed >= a.log.committed)
    if (acknowledges) consume(c)
    await world.breathe()
    world.network.isolate(c.self.address)
    const large = Buffer.alloc(1024 * 1024 - 1)
    await world.run(Promise.all(Array.from({ length: 20 }, () => a.log.append(large))))
    const early = watch(c.sync.sync(a.log.committed, { timeoutMs: 60_000 }))
    await world.run(a.log.compact(a.log.committed, [Buffer.from('state')]))
    world.network.heal()
    await world.until(() => c.log.committed >= a.log.committed)
    await world.breathe()
    expect(early).toEqual({ settled: true, value: undefined })
    expect(await world.run(read(c))).toBe(a.log.committed)
    const { index } = await world.run(a.log.append('after'))
    await world.until(() => c.log.committed >= index)
    const waiting = watch(read(c))
    await world.pass(100)
    expect(waiting.settled).toBe(false)
    c.sync.ack(index)
    await world.until(() => waiting.settled)
    expect(waiting.error).toBeUndefined()
    await world.stop(a, b, c)
  })

  it('wait for what is to be seen, however much follows that is not', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const { index } = await world.run(a.log.append('x'))
    await world.until(() => b.log.committed >= index)
    const begun = [index, index + 1, index + 2].map(at => watch(b.sync.sync(at, { timeoutMs: 60_000 })))
    await world.run(a.remove(c.self.id))
    await world.until(() => b.log.committed > index)
    const { index: later } = await world.run(a.log.append('y'))
    await world.until(() => b.log.committed >= later)
    const settled = async (): Promise<boolean[]> => (await world.breathe(), begun.map(one => one.settled))
    b.sync.ack(index - 1)
    expect(await settled()).toEqual([false, false, false])
    b.sync.ack(index)
    expect(await settled()).toEqual([true, true, false])
    b.sync.ack(later)
    expect(await settled()).toEqual([true, true, true])
    expect(begun.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
    await world.stop(a, b, c)
  })
})
