import { filter } from 'rxjs'
import { type Entry, type Host } from 'kayak'
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

  it('gives times that never go back, whoever leads', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const seen = record(c.log.listen())
    await world.run(b.log.append('one'))
    await world.stop(a)
    await world.run(b.log.append('two'))
    await world.run(c.log.append('three'))
    await world.until(() => seen.values.length === 3)
    const times = seen.values.map(({ time }) => time)
    expect(times).toEqual([...times].sort((x, y) => x - y))
    expect(times.every(time => Number.isSafeInteger(time))).toBe(true)
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

describe('append while the leader changes', () => {
  const elected = (world: World, hosts: readonly Host[]): Promise<void> =>
    world.until(() => hosts.some(({ role }) => role === 'leader'))

  it('waits through an election, for as long as its caller does', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(a)
    await world.until(() => b.leader === undefined && c.leader === undefined)
    const appending = [b, c].map(host => watch(host.log.append('x', { timeoutMs: 60_000 })))
    await world.breathe()
    expect(appending.map(({ settled }) => settled)).toEqual([false, false])
    await world.until(() => appending.every(({ settled }) => settled))
    for (const { value } of appending) expect(value?.payload).toBe('x')
    await world.stop(b, c)
  })

  it('finds the new leader, and applies once what the old one may have had', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const seen = record(c.log.listen())
    const appending = Array.from({ length: 20 }, (_, at) => watch(b.log.append(String(at), { timeoutMs: 60_000 })))
    const delivered = world.network.traffic$.subscribe(({ type, message }) => {
      if (type !== 'delivered' || !('type' in message) || message.type !== 'propose') return
      delivered.unsubscribe()
      world.network.isolate(a.self.address)
    })
    await elected(world, [b, c])
    await world.until(() => appending.every(({ settled }) => settled))
    expect(appending.map(({ value }) => value?.payload)).toEqual(appending.map((_, at) => String(at)))
    world.network.heal()
    await world.until(() => a.role === 'follower' && a.log.committed === c.log.committed)
    expect(payloads(seen.values)).toEqual(appending.map((_, at) => String(at)))
    await world.stop(a, b, c)
  })

  it('is redirected where the leader has stepped down since', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    world.network.cut(a.self.address, c.self.address)
    world.network.cut(c.self.address, a.self.address)
    const closing = watch(a.close())
    await elected(world, [b, c])
    world.network.heal()
    const appended = await world.run(Promise.all([b.log.append('b'), c.log.append('c')]))
    expect(payloads(appended)).toEqual(['b', 'c'])
    await world.until(() => closing.settled)
    await world.stop(b, c)
  })

  it('keeps its deadline through elections', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(a, c)
    await world.pass(3 * T)
    const begun = world.clock.now()
    expect(await world.fails(b.log.append('x', { timeoutMs: 5 * T }))).toMatchObject({ code: 'KAYAK_TIMEOUT' })
    expect(world.clock.now() - begun).toBe(5 * T)
    await world.stop(b)
  })
})
