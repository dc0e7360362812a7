import { start } from 'kayak'
import { containing, record, T, watch, World } from './world.js'

const ID = /^[0-9a-f]{32}$/

describe('start in a new folder', () => {
  it('founds a cluster of one, and resolves once it leads and its own roster has committed', async () => {
    const world = new World()
    const host = await world.start('a')
    expect(host.role).toBe('leader')
    expect(host.leader).toEqual(host.self)
    expect(host.term).toBeGreaterThanOrEqual(1)
    expect(host.self.id).toMatch(ID)
    expect(host.roster).toEqual({ voters: [host.self], learners: [], index: host.roster.index })
    expect(host.log.committed).toBeGreaterThanOrEqual(host.roster.index)
    expect(host.log.head).toBeGreaterThanOrEqual(host.log.committed)
    const { payload, kind } = await world.run(host.log.append('hello, world'))
    expect({ payload, kind }).toEqual({ payload: 'hello, world', kind: 'data' })
    await world.stop(host)
  })

  it('gives every folder an id of its own', async () => {
    const world = new World()
    const [a, b] = [await world.start('a'), await world.start('b')]
    expect(a.self.id).not.toBe(b.self.id)
    expect(a.self.address).not.toBe(b.self.address)
    await world.stop(a, b)
  })

  it('goes on where a crash has cut the founding short, wherever that was', async () => {
    for (let writes = 0; writes < 6; writes++) {
      const world = new World()
      const disk = world.disk('a')
      disk.latencyMs = 5
      const options = world.options('a', { electionTimeoutMs: T })
      watch(start('127.0.0.1:0', options))
      await world.pass(5 * writes + 7)
      world.crash('a', options)
      disk.latencyMs = 0
      const again = await world.run(start('127.0.0.1:0', world.options('a', { electionTimeoutMs: T })))
      await world.until(() => again.roster.index > 0)
      expect(again.roster.voters).toEqual([again.self])
      expect((await world.run(again.log.append('x'))).payload).toBe('x')
      await world.stop(again)
    }
  })
})

describe('start in the folder of a member', () => {
  it('goes on as the member that it was', async () => {
    const world = new World()
    const before = await world.start('a')
    await world.run(before.log.append('one'))
    await world.stop(before)
    const after = await world.start('a')
    expect(after.self).toEqual(before.self)
    const seen = record(after.log.listen())
    await world.run(after.log.append('two'))
    await world.until(() => seen.values.length === 2)
    expect(seen.values.map(({ payload }) => payload)).toEqual(['one', 'two'])
    expect(after.term).toBeGreaterThan(before.term)
    await world.stop(after)
  })

  it('resolves when it listens, though there is no leader', async () => {
    const world = new World()
    const hosts = await world.trio()
    await world.stop(...hosts)
    const alone = await world.start('b')
    expect(alone.role).not.toBe('leader')
    expect(alone.leader).toBeUndefined()
    const others = [await world.start('a'), await world.start('c')]
    await world.leaderOf([alone, ...others])
    expect((await world.run(alone.log.append('x'))).payload).toBe('x')
    await world.stop(alone, ...others)
  })

  it('emits again on committed$ what follows the newest snapshot', async () => {
    const world = new World()
    const before = await world.start('a')
    const { index } = await world.run(before.log.append('one'))
    await world.run(before.log.append('two'))
    await world.run(before.log.compact(index, [Buffer.from('one')]))
    await world.stop(before)
    const after = await world.start('a')
    const seen = record(after.committed$)
    await world.run(after.log.append('three'))
    expect(seen.values.map(({ payload }) => payload)).toEqual(['two', 'three'])
    await world.stop(after)
  })

  it('refuses a folder that another host has', async () => {
    const world = new World()
    const host = await world.start('a')
    expect(await world.fails(world.start('a'))).toMatchObject({ code: 'KAYAK_LOCKED' })
    expect((await world.run(host.log.append('x'))).payload).toBe('x')
    await world.stop(host)
    await world.stop(await world.start('a'))
  })

  it('refuses an electionTimeoutMs, or a heartbeatMs, that disagrees with the cluster', async () => {
    const world = new World()
    await world.stop(await world.start('a'))
    const longer = await world.fails(world.start('a', { electionTimeoutMs: 2 * T }))
    expect(longer).toMatchObject({ code: 'KAYAK_INVALID', message: containing('electionTimeoutMs') })
    const slower = await world.fails(world.start('a', { heartbeatMs: T / 2 }))
    expect(slower).toMatchObject({ code: 'KAYAK_INVALID', message: containing('heartbeatMs') })
    expect(await world.leftovers()).toBe(0)
    const same = await world.start('a', { electionTimeoutMs: T })
    await world.stop(same)
  })

  it('fails with what the disk says, and lets go of it', async () => {
    const world = new World()
    world.disk('a').reads = 'fail'
    expect(await world.fails(world.start('a'))).toMatchObject({ code: 'KAYAK_STORAGE_FAILED' })
    world.disk('a').reads = 'work'
    for (let after = 0; after < 4; after++) {
      const founding = start('127.0.0.1:0', world.options(`b${after}`, { electionTimeoutMs: T }))
      const disk = world.disk(`b${after}`)
      disk.latencyMs = 1
      world.clock.schedule(() => disk.failNextWrite(), after + 1.5)
      expect(await world.fails(founding)).toMatchObject({ code: 'KAYAK_STORAGE_FAILED' })
      expect(await world.leftovers()).toBe(0)
      await world.stop(await world.start(`b${after}`))
    }
    await world.stop(await world.start('a'))
  })
})

describe('the signal', () => {
  it('refuses to begin when it is aborted already', async () => {
    const world = new World()
    const signal = AbortSignal.abort(new Error('enough'))
    const aborted = { code: 'KAYAK_ABORTED', outcome: 'rejected', cause: new Error('enough') }
    expect(await world.fails(world.start('a', { signal }))).toMatchObject(aborted)
    expect(await world.fails(world.join('a', ['127.0.0.1:1'], { signal }))).toMatchObject(aborted)
    expect(world.disk('a').identity).toBeUndefined()
    expect(world.clock.pending).toBe(0)
    await world.stop(await world.start('a'))
  })

  it('gives up starting, at whatever moment, and leaves nothing open', async () => {
    for (let moment = 0; moment < 30; moment += 3) {
      const world = new World()
      world.disk('a').latencyMs = 4
      const controller = new AbortController()
      const reason = new Error('enough')
      world.clock.schedule(() => controller.abort(reason), moment)
      const error = await world.fails(world.start('a', { signal: controller.signal }))
      expect(error).toMatchObject({ code: 'KAYAK_ABORTED', cause: reason })
      expect(await world.leftovers()).toBe(0)
      const again = await world.start('a')
      expect((await world.run(again.log.append('x'))).payload).toBe('x')
      await world.stop(again)
    }
  })

  it('gives up joining while it asks, and while it catches up', async () => {
    const world = new World()
    const a = await world.start('a')
    for (const [name, moment] of [
      ['b', 0],
      ['c', 600],
    ] as const) {
      const controller = new AbortController()
      world.network.isolate(a.self.address)
      world.clock.schedule(() => controller.abort(), moment)
      expect(await world.fails(world.join(name, [a], { signal: controller.signal }))).toMatchObject({
        code: 'KAYAK_ABORTED',
      })
      world.network.heal()
    }
    await world.stop(a)
    expect(await world.leftovers()).toBe(0)
    const founder = await world.start('a')
    const controller = new AbortController()
    const sent = world.network.traffic$.subscribe(({ message, from }) => {
      if (from !== founder.self.address || !('type' in message) || message.type !== 'append-entries') return
      sent.unsubscribe()
      world.network.isolate(founder.self.address)
      world.clock.schedule(() => controller.abort(), 50)
    })
    const error = await world.fails(world.join('d', [founder], { signal: controller.signal }))
    expect(error.code).toBe('KAYAK_ABORTED')
    await world.stop(founder)
    expect(await world.leftovers()).toBe(0)
  })

  it('stops a host that runs', async () => {
    const world = new World()
    const controller = new AbortController()
    const host = await world.start('a', { signal: controller.signal })
    const seen = record(host.committed$)
    controller.abort()
    await world.until(() => seen.end === 'complete')
    expect(await world.fails(host.log.append('x'))).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
    expect(await world.leftovers()).toBe(0)
  })
})

describe('asLearner', () => {
  it('is for join, and refused by start, in a new folder and in one of a member', async () => {
    const world = new World()
    const error = await world.fails(world.start('a', { asLearner: true }))
    expect(error).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected' })
    const a = await world.start('a', { asLearner: false })
    await world.stop(a)
    expect(await world.fails(world.start('a', { asLearner: true }))).toMatchObject({ code: 'KAYAK_INVALID' })
  })
})
