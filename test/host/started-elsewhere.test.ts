import { known } from './placed.js'
import { T, watch, World } from './world.js'

describe('a member that is started elsewhere', () => {
  it('says so, and everyone knows it there, also after the next restart', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(c)
    await world.run(a.log.append('meanwhile'))
    const moved = await world.start('c', {}, '127.0.0.1:7300')
    expect(moved.self).toEqual({ id: c.self.id, address: '127.0.0.1:7300' })
    expect(world.disk('c').identity).toMatchObject({ address: '127.0.0.1:7300', advertise: '127.0.0.1:7300' })
    await known(world, a, b, moved)
    expect((await world.run(moved.log.append('x'))).payload).toBe('x')
    // it votes from there
    await world.stop(b)
    expect((await world.run(a.log.append('y'))).payload).toBe('y')
    await world.run(a.transferLeadership(c.self.id))
    await world.until(() => moved.role === 'leader')
    expect(a.leader).toEqual(moved.self)
    await world.stop(moved)
    const again = await world.start('c')
    expect(again.self.address).toBe('127.0.0.1:7300')
    await world.stop(a, again)
    expect(await world.leftovers()).toBe(0)
  })

  it('may be the one that led, or a cluster of its own', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(a)
    const moved = await world.start('a', {}, ':7300')
    await known(world, moved, b, c)
    const alone = await world.start('z')
    await world.stop(alone)
    const elsewhere = await world.start('z', {}, 'z.example:7301')
    await known(world, elsewhere)
    expect(elsewhere.roster.voters).toEqual([{ id: alone.self.id, address: 'z.example:7301' }])
    await world.stop(moved, b, c, elsewhere)
    expect(await world.leftovers()).toBe(0)
  })

  it('may only be dialled elsewhere from now on', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.stop(b)
    const moved = await world.start('b', { advertise: 'b.example:80' })
    expect(moved.self.address).toBe('b.example:80')
    await known(world, a, moved)
    await world.stop(a, moved)
  })

  it('may be another each time, until none is where it was', async () => {
    const world = new World()
    const hosts = new Map(
      Object.entries(await world.trio()).map(([at, host]) => [['a', 'b', 'c'][Number(at)] ?? '', host]),
    )
    for (const [at, name] of ['c', 'a', 'b', 'c'].entries()) {
      const before = hosts.get(name)
      if (before !== undefined) await world.stop(before)
      hosts.set(name, await world.start(name, {}, `127.0.0.1:${String(7300 + at)}`))
      await known(world, ...hosts.values())
    }
    await world.stop(...hosts.values())
    expect(await world.leftovers()).toBe(0)
  })

  it('may be most of them at once, as long as one is where all know it', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(b, c, a)
    const stayed = await world.start('a')
    const moved = [await world.start('b', {}, '127.0.0.1:7301'), await world.start('c', {}, '127.0.0.1:7302')]
    await known(world, stayed, ...moved)
    await world.stop(stayed, ...moved)
  })

  it('may be all of them at once, if they are told where the others are', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.run(b.log.append('x'))
    await world.stop(a, b, c)
    const places = ['10.0.0.1:1', '10.0.0.2:1', '10.0.0.3:1']
    const joining = ['a', 'b', 'c'].map((name, at) => watch(world.join(name, places, {}, places[at])))
    await world.until(() => joining.every(({ settled }) => settled))
    const moved = joining.flatMap(({ value }) => value ?? [])
    await known(world, ...moved)
    expect(moved.map(({ self }) => self.id)).toEqual([a, b, c].map(({ self }) => self.id))
    const [first] = moved
    expect(first && (await world.everything(first)).map(({ payload }) => payload)).toEqual(['x'])
    await world.stop(...moved)
    expect(await world.leftovers()).toBe(0)
  })

  it('finds a leader that it has never heard of, through whoever is where it was', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(c)
    const d = await world.join('d', [a])
    await world.run(a.transferLeadership(d.self.id))
    await world.stop(b)
    await world.until(() => d.role === 'leader' && a.leader?.id === d.self.id)
    const moved = await world.start('c', {}, '127.0.0.1:7300')
    await known(world, a, d, moved)
    await world.stop(a, d, moved)
  })

  it('is found where it was before, though the roster has it elsewhere by now and all but one have gone', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(c)
    await world.run(a.changeRoster([{ type: 'move', id: c.self.id, address: '127.0.0.1:7300' }]))
    await world.stop(a)
    const moved = await world.start('a', {}, '127.0.0.1:7301')
    await known(world, moved, b)
    if (moved.role !== 'leader') await world.run(b.transferLeadership(moved.self.id))
    await world.until(() => moved.role === 'leader')
    const again = await world.start('c')
    await known(world, moved, b, again)
    await world.stop(moved, b, again)
  })

  it('goes on with it after a crash, whether anybody had heard of it or not', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(c)
    world.network.isolate('127.0.0.1:7300')
    const options = world.options('c')
    const opening = watch(world.start('c', options, '127.0.0.1:7300'))
    await world.until(() => opening.settled)
    await world.pass(5 * T)
    world.crash('c', options)
    world.network.heal()
    const again = await world.start('c')
    expect(again.self.address).toBe('127.0.0.1:7300')
    await known(world, a, b, again)
    await world.stop(a, b, again)
  })

  it('that had been let in, and had not caught up, goes on with that there', async () => {
    const world = new World()
    const a = await world.start('a')
    const options = world.options('b', { joinTimeoutMs: 2 * T })
    const joining = watch(world.join('b', [a], options))
    await world.until(() => world.disk('b').identity?.clusterId !== undefined)
    world.network.isolate(a.self.address)
    await world.until(() => joining.settled)
    expect(joining.error).toMatchObject({ code: 'KAYAK_NOT_CAUGHT_UP', outcome: 'unknown', retryable: true })
    world.network.heal()
    const b = await world.join('b', [a], {}, '127.0.0.1:7300')
    await known(world, a, b)
    expect(b.roster.voters).toHaveLength(2)
    await world.stop(a, b)
    expect(await world.leftovers()).toBe(0)
  })
})

describe('a joiner that is started elsewhere', () => {
  it('after it was let in, and before anything has reached it, is found by a leader that it doesn’t know', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const options = world.options('d')
    watch(world.join('d', [b], options))
    await world.until(() => world.disk('d').identity?.clusterId !== undefined)
    world.crash('d', options)
    expect(world.disk('d').log.last.index).toBe(0)
    const d = await world.join('d', [b], {}, '127.0.0.1:7300')
    await known(world, a, b, d)
    await world.stop(a, b, d)
  })
})
