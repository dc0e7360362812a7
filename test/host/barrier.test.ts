import { getEventListeners } from 'node:events'
import { containing, record, T, watch, World } from './world.js'

describe('sync.barrier', () => {
  it('reflects every append that was acknowledged anywhere before, on every member', async () => {
    const world = new World()
    const hosts = await world.trio()
    world.network.setFaults({ delayMs: [1, 30], reorder: 0.2 })
    for (let round = 0; round < 5; round++)
      for (const host of hosts) {
        const { index } = await world.run(host.log.append('x'))
        for (const asked of hosts) {
          const reached = await world.run(asked.sync.barrier())
          expect(reached).toBeGreaterThanOrEqual(index)
          expect(asked.log.committed).toBeGreaterThanOrEqual(reached)
        }
      }
    await world.stop(...hosts)
  })

  it('resolves after committed$ has emitted all up to it, and does not wait for an ack', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const seen = record(b.committed$)
    const { index } = await world.run(a.log.append('x'))
    expect(seen.values).toEqual([])
    expect(await world.run(b.sync.barrier())).toBeGreaterThanOrEqual(index)
    expect(seen.values).toMatchObject([{ index, payload: 'x' }])
    await world.stop(a, b)
  })

  it('does not resolve before this member has come so far, though it is confirmed', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const next = a.log.head + 1
    let confirmed = false
    const traffic = world.network.traffic$.subscribe(({ type, to, message }) => {
      if (to !== b.self.address) return
      if (type === 'delivered') confirmed ||= 'confirmed' in message && message.confirmed === true
      if (type !== 'sent' || !('commit' in message) || Number(message.commit) < next) return
      world.network.cut(a.self.address, to)
      world.clock.schedule(() => world.network.heal(a.self.address, to))
    })
    const { index } = await world.run(a.log.append('x'))
    const barrier = watch(b.sync.barrier())
    await world.until(() => confirmed)
    await world.pass(50)
    expect([barrier.settled, b.log.committed]).toEqual([false, index - 1])
    traffic.unsubscribe()
    await world.until(() => barrier.settled)
    expect([barrier.value, b.log.committed]).toEqual([index, index])
    await world.stop(a, b, c)
  })

  it('begins a round of its own: what a deposed leader knows is not enough', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    world.network.isolate(a.self.address)
    const old = watch(a.sync.barrier({ timeoutMs: T / 2 }))
    await world.until(() => old.settled)
    expect(a.role).toBe('leader')
    expect(old.error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'rejected', retryable: true })
    const asking = watch(a.sync.barrier({ timeoutMs: 60_000 }))
    const leader = await world.leaderOf([b, c])
    const { index } = await world.run(leader.log.append('x'))
    expect(asking.settled).toBe(false)
    world.network.heal()
    await world.until(() => asking.settled)
    expect(asking.value).toBeGreaterThanOrEqual(index)
    await world.stop(a, b, c)
  })

  it('that loses its leader is asked for anew, until its deadline', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const { index } = await world.run(a.log.append('x'))
    const asked = world.network.traffic$.subscribe(({ type, message }) => {
      if (type !== 'delivered' || !('type' in message) || message.type !== 'read-index') return
      asked.unsubscribe()
      world.network.isolate(a.self.address)
    })
    const reached = await world.run(b.sync.barrier({ timeoutMs: 60_000 }))
    expect(reached).toBeGreaterThan(index)
    expect(b.leader).not.toEqual(a.self)
    world.network.heal()
    await world.stop(a, b, c)
  })

  it('ends by its deadline where there is no majority', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.stop(a)
    for (let wait = 0; wait < 4 * T; wait += T) {
      const begun = world.clock.now()
      const error = await world.fails(b.sync.barrier({ timeoutMs: T }))
      expect(error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'rejected', message: containing(String(T)) })
      expect(world.clock.now() - begun).toBe(T)
    }
    await world.stop(b)
  })

  it('is given up by its signal, at once', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.stop(a)
    const controller = new AbortController()
    const { signal } = controller
    const barrier = watch(b.sync.barrier({ signal }))
    await world.pass(10)
    controller.abort(new Error('enough'))
    await world.breathe()
    expect(barrier.error).toMatchObject({ code: 'KAYAK_ABORTED', outcome: 'rejected', cause: new Error('enough') })
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(await world.fails(b.sync.barrier({ signal }))).toMatchObject({ code: 'KAYAK_ABORTED' })
    await world.stop(b)
  })

  it('of a host that stops is settled, and refused afterwards', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.stop(a)
    const barrier = watch(b.sync.barrier())
    await world.stop(b)
    expect(barrier.error).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
    expect(await world.fails(b.sync.barrier())).toMatchObject({ code: 'KAYAK_STOPPED' })
    expect(await world.leftovers()).toBe(0)
  })
})
