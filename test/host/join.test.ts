import { delay } from 'rxjs'
import { join, start } from 'kayak'
import { containing, record, T, watch, World } from './world.js'

describe('join in a new folder', () => {
  it('resolves as a voter of a committed roster that it has applied', async () => {
    const world = new World()
    const a = await world.start('a')
    const { index } = await world.run(a.log.append('before'))
    const b = await world.join('b', [a])
    expect(b.role).toBe('follower')
    expect(b.leader).toEqual(a.self)
    expect(b.roster.voters.map(({ id }) => id).sort()).toEqual([a.self.id, b.self.id].sort())
    expect(b.roster.learners).toEqual([])
    expect(b.log.committed).toBeGreaterThanOrEqual(b.roster.index)
    expect(b.roster.index).toBeGreaterThan(index)
    await world.stop(a, b)
  })

  it('enters as a learner first', async () => {
    const world = new World()
    const a = await world.start('a')
    const rosters = record(a.roster$)
    const b = await world.join('b', [a])
    const seen = rosters.values.map(({ voters, learners }) => [voters.length, learners.length])
    expect(seen).toEqual([
      [1, 0],
      [1, 1],
      [2, 0],
    ])
    await world.stop(a, b)
  })

  it('is let in through a follower, and past peers that are down or itself', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const c = await world.join('c', ['127.0.0.1:1', '127.0.0.1:9000', b.self.address], {}, '127.0.0.1:9000')
    expect(c.roster.voters).toHaveLength(3)
    expect((await world.run(c.log.append('x'))).payload).toBe('x')
    await world.stop(a, b, c)
  })

  it('lets several in at once', async () => {
    const world = new World()
    const a = await world.start('a')
    const names = ['b', 'c', 'd', 'e']
    const joining = names.map(name => join('127.0.0.1:0', [a.self.address], world.options(name)))
    const others = await world.run(Promise.all(joining))
    await world.until(() => [a, ...others].every(({ roster }) => roster.voters.length === 5))
    const appended = await world.run(Promise.all(others.map((host, at) => host.log.append(String(at)))))
    expect(new Set(appended.map(({ index }) => index)).size).toBe(4)
    await world.stop(a, ...others)
  })

  it('takes over what the cluster has agreed on', async () => {
    const world = new World()
    const [a, b] = await world.pair({ timeoutMs: 60_000 })
    expect(await world.fails(world.join('c', [a], { electionTimeoutMs: 2 * T }))).toMatchObject({
      code: 'KAYAK_INVALID',
      message: containing('electionTimeoutMs'),
    })
    expect(a.roster).toMatchObject({ voters: [a.self, b.self], learners: [] })
    await world.stop(a)
    const silent = world.clock.now()
    await world.until(() => b.leader === undefined)
    expect(world.clock.now() - silent).toBeLessThanOrEqual(2 * T + 10)
    await world.stop(b)
    expect(await world.leftovers()).toBe(0)
  })
})

describe('a join whose options the cluster disagrees with', () => {
  it.each([
    ['electionTimeoutMs', { electionTimeoutMs: 2 * T }],
    ['heartbeatMs', { heartbeatMs: T / 2 }],
  ])('is refused for its %s, and nobody has been added', async (name, more) => {
    const world = new World()
    const [a, b] = await world.pair()
    const before = a.roster
    for (const peers of [[a], [b]]) {
      const error = await world.fails(world.join(`c${peers[0]?.self.address}`, peers, more))
      expect(error).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected', message: containing(name) })
      expect(error.message).toContain(String(T))
      await world.pass(3 * T)
      expect(a.roster).toEqual(before)
    }
    await world.stop(a, b)
    expect(await world.leftovers()).toBe(0)
  })
})

describe('join in the folder of a member', () => {
  it('goes on as that one', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.stop(b)
    const again = await world.join('b', [a])
    expect(again.self).toEqual(b.self)
    expect((await world.run(again.log.append('x'))).payload).toBe('x')
    expect(again.roster.voters).toHaveLength(2)
    await world.stop(a, again)
  })

  it('goes on though no peer is up', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.stop(a, b)
    const again = await world.join('b', [a])
    const other = await world.join('a', [a])
    await world.leaderOf([again, other])
    await world.stop(again, other)
  })

  it('refuses a folder of another cluster', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.stop(b)
    const stranger = await world.start('x')
    expect(await world.fails(world.join('b', [stranger]))).toMatchObject({ code: 'KAYAK_OTHER_CLUSTER' })
    const again = await world.join('b', [a])
    await world.stop(a, again, stranger)
    expect(await world.leftovers()).toBe(0)
  })

  it('refuses a folder of another cluster however late its peers answer, and goes on if one is of its own', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.stop(b)
    const [x, y] = [await world.start('x'), await world.start('y')]
    const slowly = () => {
      const options = world.options('b')
      const { transport } = options
      const notices$ = transport.notices$.pipe(delay(5000, world.clock))
      return { ...options, transport: Object.assign(transport, { notices$ }) }
    }
    const others = [x.self.address, y.self.address]
    const error = await world.fails(join('127.0.0.1:0', others, slowly()))
    expect(error).toMatchObject({ code: 'KAYAK_OTHER_CLUSTER', message: containing(others.join(', ')) })
    const again = await world.run(join('127.0.0.1:0', [x.self.address, a.self.address], slowly()))
    expect(again.self).toEqual(b.self)
    await world.stop(a, again, x, y)
    expect(await world.leftovers()).toBe(0)
  })

  it('waits for no answer of peers that are down, and for those that are silent no longer than it may take', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.stop(a, b)
    const begun = world.clock.now()
    const down = await world.join('b', ['127.0.0.1:1', '127.0.0.1:2'])
    expect(world.clock.now() - begun).toBeLessThan(100)
    await world.stop(down)
    const x = await world.start('a')
    world.network.isolate(x.self.address)
    const silent = watch(world.join('b', [x], { joinTimeoutMs: 5000 }))
    await world.pass(4900)
    expect(silent.settled).toBe(false)
    await world.pass(200)
    expect(silent.value?.self).toEqual(b.self)
    await world.stop(x, ...(silent.value === undefined ? [] : [silent.value]))
    expect(await world.leftovers()).toBe(0)
  })

  it('never founds a cluster', async () => {
    const world = new World()
    const disk = world.disk('a')
    disk.latencyMs = 5
    const options = world.options('a', { electionTimeoutMs: T })
    watch(start('127.0.0.1:0', options))
    await world.until(() => disk.identity?.standing === 'founding')
    world.crash('a', options)
    expect(await world.fails(world.join('a', ['127.0.0.1:1']))).toMatchObject({ code: 'KAYAK_INVALID' })
    await world.stop(await world.start('a'))
  })
})

describe('a join that fails', () => {
  it('names the peers when nobody answers, and can be tried again with its folder', async () => {
    const world = new World()
    const peers = ['127.0.0.1:7001', '127.0.0.1:7002']
    const begun = world.clock.now()
    const error = await world.fails(world.join('b', peers, { joinTimeoutMs: 2000 }))
    expect(error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'unknown' })
    for (const peer of peers) expect(error.message).toContain(peer)
    expect(world.clock.now() - begun).toBeCloseTo(2000, -2)
    expect(await world.leftovers()).toBe(0)
    expect(await world.fails(world.start('b'))).toMatchObject({ code: 'KAYAK_INVALID' })
    const a = await world.start('a')
    const b = await world.join('b', [a])
    expect(b.roster.voters).toHaveLength(2)
    await world.stop(a, b)
  })

  it('waits for a cluster that comes up later', async () => {
    const world = new World()
    const joining = watch(join('127.0.0.1:0', ['127.0.0.1:7001'], world.options('b')))
    await world.pass(3000)
    const a = await world.start('a', {}, '127.0.0.1:7001')
    await world.until(() => joining.settled)
    expect(joining.error).toBeUndefined()
    await world.stop(a, ...(joining.value === undefined ? [] : [joining.value]))
  })

  it('names who has the address', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.stop(b)
    await world.pass(T)
    const error = await world.fails(world.join('c', [a], { joinTimeoutMs: 5000 }, b.self.address))
    expect(error).toMatchObject({ code: 'KAYAK_ADDRESS_TAKEN', message: containing(b.self.id) })
    expect(await world.fails(world.join('d', [a], {}, a.self.address))).toMatchObject({
      code: 'KAYAK_ADDRESS_IN_USE',
    })
    await world.stop(a)
    expect(await world.leftovers()).toBe(0)
  })

  it('says that the secret is wrong', async () => {
    const world = new World()
    const a = await world.start('a', { secret: 'one' })
    const error = await world.fails(world.join('b', [a], { secret: 'two' }))
    expect(error).toMatchObject({ code: 'KAYAK_NOT_AUTHORIZED', message: containing(a.self.address) })
    const b = await world.join('c', [a], { secret: 'one' })
    await world.stop(a, b)
    expect(await world.leftovers()).toBe(0)
  })

  it('gives up when it was let in, but can not catch up', async () => {
    const world = new World()
    const a = await world.start('a')
    const joining = watch(world.join('b', [a], { joinTimeoutMs: 3000 }))
    await world.until(() => world.disk('b').identity?.clusterId !== undefined)
    world.network.isolate(a.self.address)
    await world.until(() => joining.settled)
    expect(joining.error).toMatchObject({ code: 'KAYAK_NOT_CAUGHT_UP', outcome: 'unknown' })
    // the same folder goes on joining, and resolves no earlier than join does
    const again = await world.fails(world.join('b', [a], { joinTimeoutMs: 2000 }))
    expect(again).toMatchObject({ code: 'KAYAK_NOT_CAUGHT_UP', outcome: 'unknown' })
    world.network.heal()
    const b = await world.join('b', [a])
    expect(b.role).toBe('follower')
    expect(b.roster.voters).toHaveLength(2)
    await world.stop(a, b)
    expect(await world.leftovers()).toBe(0)
  })

  it.each([[[]], ['127.0.0.1:1'], [undefined], [[42]], [['nowhere']], [['127.0.0.1:0']], [['127.0.0.1:1', '']]])(
    'refuses the peers %j',
    async peers => {
      const world = new World()
      // whoever writes JavaScript may pass anything
      const error = await world.fails(join('127.0.0.1:0', peers as string[], world.options('a')))
      expect(error.code).toBe('KAYAK_INVALID')
      expect(world.clock.pending).toBe(0)
    },
  )
})
