import { filter } from 'rxjs'
import { start, type Entry } from 'kayak'
import { LocalTime } from '../../lib/testing/cluster/local-time'
import { ProcessClock } from '../../lib/testing/cluster/process-clock.js'
import { record, T, watch, World } from './world.js'

const payloads = (entries: readonly Entry[]): unknown[] => entries.map(({ payload }) => payload)

describe('append', () => {
  it("resolves after this member's own committed$ has emitted the entry, on a follower too", async () => {
    const world = new World()
    const hosts = await world.trio()
    for (const host of hosts) {
      const order: string[] = []
      const own = `from ${host.self.address}`
      host.committed$.pipe(filter(({ payload }) => payload === own)).subscribe(() => order.push('emitted'))
      await world.run(host.log.append(own).then(() => order.push('resolved')))
      expect(order).toEqual(['emitted', 'resolved'])
    }
    await world.stop(...hosts)
  })

  it('gives the entry as every member emits it', async () => {
    const world = new World()
    const hosts = await world.trio()
    const seen = hosts.map(host => record(host.committed$))
    const entry = await world.run(hosts[1].log.append('x'))
    await world.until(() => seen.every(({ values }) => values.length === 1))
    for (const { values } of seen) expect(values).toEqual([entry])
    expect(Object.keys(entry).sort()).toEqual(['index', 'kind', 'payload', 'term', 'time'])
    expect(entry.term).toBe(hosts[0].term)
    expect(entry.time).toBeLessThanOrEqual(world.clock.now())
    await world.stop(...hosts)
  })

  it('is there on a majority of the disks when it resolves', async () => {
    const world = new World()
    const hosts = await world.trio()
    for (const name of ['a', 'b', 'c']) world.disk(name).latencyMs = [1, 20]
    for (let i = 0; i < 10; i++) {
      const { index } = await world.run(hosts[2].log.append('x'))
      const durable = ['a', 'b', 'c'].filter(name => world.disk(name).durable().last.index >= index)
      expect(durable.length).toBeGreaterThanOrEqual(2)
    }
    await world.stop(...hosts)
  })

  it('keeps the order in which one caller has called, and gives everyone the same', async () => {
    const world = new World()
    const hosts = await world.trio()
    const seen = hosts.map(host => record(host.committed$))
    const appending = hosts.flatMap(host =>
      Array.from({ length: 50 }, (_, at) => host.log.append(`${host.self.address} ${at}`)),
    )
    const entries = await world.run(Promise.all(appending))
    await world.until(() => seen.every(({ values }) => values.length === 150))
    for (const host of hosts) {
      const own = entries.filter(({ payload }) => String(payload).startsWith(host.self.address))
      const indexes = own.map(({ index }) => index)
      expect(indexes).toEqual([...indexes].sort((x, y) => x - y))
    }
    expect(seen[1]?.values).toEqual(seen[0]?.values)
    expect(seen[2]?.values).toEqual(seen[0]?.values)
    expect(new Set(entries.map(({ index }) => index)).size).toBe(150)
    await world.stop(...hosts)
  })

  it('may be called from inside a callback of committed$: it is queued, not re-entered', async () => {
    for (const at of [0, 1]) {
      const world = new World()
      const hosts = await world.pair()
      const host = hosts[at] ?? hosts[0]
      const order: string[] = []
      const inner: Promise<Entry>[] = []
      host.committed$.subscribe(({ payload }) => {
        order.push(`begin ${String(payload)}`)
        if (inner.length < 3) inner.push(host.log.append(`inner ${inner.length}`))
        order.push(`end ${String(payload)}`)
      })
      await world.run(Promise.all([host.log.append('one'), host.log.append('two')]))
      await world.until(() => inner.length === 3)
      await world.run(Promise.all(inner))
      const begun = ['one', 'two', 'inner 0', 'inner 1', 'inner 2']
      expect(order).toEqual(begun.flatMap(what => [`begin ${what}`, `end ${what}`]))
      await world.stop(...hosts)
    }
  })

  it('gives times that never go back, though the clock of the next leader does', async () => {
    const world = new World()
    const ahead = new ProcessClock(world.clock, () => {}, new LocalTime(world.clock, 60_000))
    const a = await world.run(start('127.0.0.1:7001', world.options('a', { electionTimeoutMs: T, clock: ahead })))
    const [b, c] = [await world.join('b', [a]), await world.join('c', [a])]
    const seen = record(c.log.listen())
    const one = await world.run(b.log.append('one'))
    expect(one.time).toBeGreaterThan(world.clock.now() + 50_000)
    await world.stop(a)
    await world.run(b.log.append('two'))
    await world.run(c.log.append('three'))
    await world.until(() => seen.values.length === 3)
    expect(seen.values.map(({ time }) => time)).toEqual([one.time, one.time, one.time])
    await world.stop(b, c)
  })

  it('counts head and committed on', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const { head, committed } = a.log
    expect(head).toBe(committed)
    const emitted: number[] = []
    a.committed$.subscribe(({ index }) => emitted.push(index, a.log.committed))
    const { index } = await world.run(a.log.append('x'))
    expect(index).toBe(head + 1)
    expect(emitted).toEqual([index, index])
    expect(a.log.head).toBe(index)
    await world.stop(b)
    watch(a.log.append('y'))
    await world.until(() => a.log.head === index + 1)
    expect(a.log.committed).toBe(index)
    await world.stop(a)
  })

  it('settles thousands at once, each once', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const seen = record(a.log.listen())
    const entries = await world.run(Promise.all(Array.from({ length: 5000 }, (_, at) => b.log.append(String(at)))))
    await world.until(() => seen.values.length >= 5000)
    expect(payloads(seen.values)).toEqual(entries.map((_, at) => String(at)))
    expect(seen.values).toEqual(entries)
    await world.stop(a, b)
  })
})
