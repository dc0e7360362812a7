import { type Entry, type Host } from 'kayak'
import { ENTRY_HEADER_BYTES } from '../../streams/rules/entry.js'
import { record, T, watch, World } from './world.js'

const payloads = (entries: readonly Entry[]): unknown[] => entries.map(({ payload }) => payload)

describe('append while the leader changes', () => {
  const elected = (world: World, hosts: readonly Host[]): Promise<void> =>
    world.until(() => hosts.some(({ role }) => role === 'leader'))

  it('waits through an election, for as long as its caller does', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    world.network.isolate(a.self.address)
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

  it('is handed to the new leader, where the old one had taken it and nobody else', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    // what joining has left under way must not be taken for the append
    await world.until(() => [a, b, c].every(({ log }) => log.committed === a.log.head))
    await world.pass(2 * T)
    const traffic = world.network.traffic$.subscribe(({ type, from, to, message }) => {
      if (type === 'delivered' && 'verdict' in message && to === b.self.address) world.network.isolate(a.self.address)
      if (type !== 'sent' || !('entries' in message) || from !== a.self.address) return
      if (!(message.entries instanceof Uint8Array) || message.entries.byteLength < ENTRY_HEADER_BYTES) return
      world.network.cut(from, to)
      world.clock.schedule(() => world.network.heal(from, to))
    })
    const before = a.log.head
    const appending = watch(b.log.append('x', { timeoutMs: 60_000 }))
    await world.until(() => a.leader === undefined)
    traffic.unsubscribe()
    expect(a.log.head).toBe(before + 1)
    await world.until(() => appending.settled)
    expect(appending.value?.term).toBeGreaterThan(a.term)
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
