import { type Host } from 'kayak'
import { record, T, watch, World } from './world.js'

const NAMES = ['a', 'b', 'c']
const voters = ({ roster }: Host): string[] => roster.voters.map(({ id }) => id)

describe('close', () => {
  it('leaves the cluster, and marks the folder as left', async () => {
    for (const at of [0, 2]) {
      const world = new World()
      const hosts = await world.trio()
      const name = ['a', 'b', 'c'][at] ?? ''
      const closing = hosts[at] ?? hosts[0]
      const others = hosts.filter(host => host !== closing)
      const commits = record(closing.committed$)
      await world.run(closing.close())
      expect(commits.end).toBe('complete')
      expect(world.disk(name).identity?.standing).toBe('left')
      await world.until(() => others.every(host => !voters(host).includes(closing.self.id)))
      const [other] = others
      for (const opening of [() => world.start(name), () => world.join(name, [other ?? hosts[0]])])
        expect(await world.fails(opening())).toMatchObject({ code: 'KAYAK_LEFT' })
      const leader = await world.leaderOf(others)
      expect((await world.run(leader.log.append('x'))).payload).toBe('x')
      await world.stop(...others)
      expect(await world.leftovers()).toBe(0)
    }
  })

  it('hands the leadership over first, without waiting for anyone to notice', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const [events, elections] = [record(a.events$), [b, c].map(host => record(host.events$))]
    const { term } = a
    const begun = world.clock.now()
    await world.run(a.close())
    expect(world.clock.now() - begun).toBeLessThan(T)
    const started = elections.flatMap(({ values }) => values.filter(({ type }) => type === 'election-started'))
    expect(started).toMatchObject([{ phase: 'vote', why: 'transfer', term: term + 1 }])
    const leader = await world.leaderOf([b, c])
    expect(leader.term).toBe(term + 1)
    expect(events.values.map(({ type }) => type)).toEqual(expect.arrayContaining(['transfer-started', 'stepped-down']))
    expect(events.values.map(({ type }) => type)).not.toContain('transfer-failed')
    await world.stop(b, c)
  })

  it('lets pending appends be settled before it leaves, and takes no more', async () => {
    const world = new World()
    const hosts = await world.trio()
    for (const host of hosts.slice(0, 2)) {
      const appending = Array.from({ length: 100 }, (_, at) => watch(host.log.append(String(at))))
      const closing = watch(host.close())
      const refused = [host.log.append('x'), host.sync.barrier(), host.remove('0'.repeat(32)), host.sync.sync(1)]
      for (const operation of [...refused, host.log.compact(1, [])])
        expect(await world.fails(operation)).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
      await world.until(() => closing.settled)
      expect(closing.error).toBeUndefined()
      expect(appending.map(({ value }) => value?.payload)).toEqual(appending.map((_, at) => String(at)))
    }
    expect(await world.everything(hosts[2])).toHaveLength(200)
    await world.stop(hosts[2])
  })

  it('of the last voter only stops: its folder goes on as the member that it was', async () => {
    const world = new World()
    const host = await world.start('a')
    await world.run(host.log.append('x'))
    const begun = world.clock.now()
    await world.run(host.close())
    expect(world.clock.now() - begun).toBeLessThan(T)
    expect(world.disk('a').identity?.standing).toBe('member')
    const again = await world.start('a')
    expect(again.self).toEqual(host.self)
    expect(await world.everything(again)).toMatchObject([{ payload: 'x' }])
    await world.stop(again)
  })

  it('of all members at once leaves one, which goes on alone', async () => {
    const world = new World()
    const hosts = await world.trio()
    await world.run(hosts[1].log.append('x'))
    await world.run(Promise.all(hosts.map(host => host.close())))
    const names = ['a', 'b', 'c'].filter(name => world.disk(name).identity?.standing === 'member')
    expect(names).toHaveLength(1)
    const again = await world.start(names[0] ?? '')
    expect(await world.everything(again)).toMatchObject([{ payload: 'x' }])
    expect(again.roster.voters).toEqual([again.self])
    await world.stop(again)
  })

  it.each([
    [1, 5],
    [5, 5],
    [5, 20],
    [20, 20],
    [60, 0],
  ])('of all members at once is told to each, over a network of up to %i ms and disks of %i', async (most, disk) => {
    for (let round = 0; round < 8; round++) {
      const world = new World()
      const hosts = await world.trio()
      await world.run(hosts[0].log.append('x'))
      // other delays each time
      for (let draw = 0; draw < 10 * round; draw++) world.random.next()
      for (const name of NAMES) world.disk(name).latencyMs = [0, disk]
      world.network.setFaults({ delayMs: [0, most] })
      const begun = world.clock.now()
      const closing = hosts.map(host => watch(host.close()))
      await world.until(() => closing.every(({ settled }) => settled))
      expect(closing.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
      expect(world.clock.now() - begun).toBeLessThan(12 * T)
      const standings = NAMES.map(name => world.disk(name).identity?.standing)
      expect(standings.sort()).toEqual(['left', 'left', 'member'])
      await world.pass(most)
      expect(await world.leftovers()).toBe(0)
    }
  })

  it('waits for nobody who waits for it', async () => {
    const world = new World()
    const hosts = await world.trio()
    await world.run(hosts[0].log.append('x'))
    for (const name of NAMES) world.disk(name).latencyMs = 2
    const elections = hosts.map(host => record(host.events$))
    const begun = world.clock.now()
    await world.run(Promise.all(hosts.map(host => host.close())))
    // the one leader that took over has removed itself, and the next one in the same turn
    const elected = elections.flatMap(({ values }) => values.filter(({ type }) => type === 'leader-elected'))
    expect(elected).toHaveLength(1)
    expect(world.clock.now() - begun).toBeLessThan(T)
  })

  it('waits for one that it has removed to hear of it, and not for one that never does', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const closing = watch(b.close())
    let answers = 0
    const lost = world.network.traffic$.subscribe(({ type, message, to }) => {
      if (type !== 'sent' || !('type' in message) || message.type !== 'change-reply' || to !== b.self.address) return
      answers++
      world.network.cut(a.self.address, to)
      world.clock.schedule(() => world.network.heal())
    })
    await world.until(() => answers > 0)
    lost.unsubscribe()
    const begun = world.clock.now()
    await world.run(a.close())
    await world.until(() => closing.settled)
    expect(closing.error).toBeUndefined()
    expect(world.disk('b').identity?.standing).toBe('left')
    expect(world.clock.now() - begun).toBeLessThan(T)

    const c = await world.start('c')
    const d = await world.join('d', [c])
    world.network.isolate(d.self.address)
    await world.run(c.remove(d.self.id, { timeoutMs: 60_000 }))
    const waited = world.clock.now()
    await world.run(c.close())
    expect(world.clock.now() - waited).toBeLessThanOrEqual(T + 10)
    await world.stop(d)
    expect(await world.leftovers()).toBe(0)
  })

  it('of a follower waits for a leader to be elected', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const d = await world.join('d', [a])
    world.network.isolate(a.self.address)
    await world.stop(a)
    await world.until(() => c.leader === undefined)
    await world.run(c.close())
    expect(world.disk('c').identity?.standing).toBe('left')
    await world.stop(b, d)
  })

  it('goes on as a leader where nobody takes over, and leaves as one', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const events = record(a.events$)
    world.network.traffic$.subscribe(({ type, message, to }) => {
      if (type === 'sent' && 'type' in message && message.type === 'timeout-now') world.network.isolate(to)
    })
    const closing = watch(a.close())
    await world.until(() => events.values.some(({ type }) => type === 'transfer-failed'))
    world.network.heal()
    await world.until(() => closing.settled)
    expect(closing.error).toBeUndefined()
    expect(world.disk('a').identity?.standing).toBe('left')
    expect(events.values).toContainEqual(expect.objectContaining({ type: 'stepped-down', why: 'removed' }))
    await world.leaderOf([b, c])
    await world.stop(b, c)
  })

  it('frees the address for another member', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.run(b.close())
    const c = await world.join('c', [a], {}, b.self.address)
    expect(c.self.address).toBe(b.self.address)
    await world.stop(a, c)
  })

  it('is idempotent, before, during and after a stop', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.run(Promise.all([b.close(), b.close()]))
    await world.run(Promise.all([b.close(), b.stop(), b.close({ timeoutMs: 1 })]))
    await world.stop(a)
    await world.run(Promise.all([a.close(), a.close()]))
    expect(world.disk('a').identity?.standing).toBe('member')
    expect(await world.leftovers()).toBe(0)
  })

  it('of one who is being removed meanwhile ends as left or as removed', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.run(Promise.all([c.close(), a.remove(c.self.id)]))
    expect(world.disk('c').identity?.standing).toMatch(/left|removed/)
    await world.stop(a, b)
  })
})
