import { getEventListeners } from 'node:events'
import { containing, T, watch, World } from './world.js'

const idsOf = ({ voters, learners }: { voters: readonly { id: string }[]; learners: readonly { id: string }[] }) =>
  [...voters, ...learners].map(({ id }) => id)

describe('remove that takes long', () => {
  it('ends by its deadline without a majority, and is done when there is one', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(b, c)
    const begun = world.clock.now()
    const error = await world.fails(a.remove(c.self.id, { timeoutMs: T / 2 }))
    expect(error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'unknown', message: containing(c.self.id) })
    expect(world.clock.now() - begun).toBe(T / 2)
    const back = await world.start('b')
    expect(idsOf(await world.run(back.remove(c.self.id, { timeoutMs: 60_000 })))).not.toContain(c.self.id)
    await world.stop(a, back)
  })

  it('is rejected by its deadline where no leader was there to ask', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.stop(a)
    await world.until(() => b.leader === undefined)
    expect(await world.fails(b.remove(a.self.id, { timeoutMs: 100 }))).toMatchObject({
      code: 'KAYAK_TIMEOUT',
      outcome: 'rejected',
    })
    await world.stop(b)
  })

  it('is given up by its signal, at once, and keeps nothing of it', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(b, c)
    const controller = new AbortController()
    const removing = watch(a.remove(b.self.id, { signal: controller.signal }))
    await world.pass(10)
    controller.abort(new Error('enough'))
    await world.breathe()
    expect(removing.error).toMatchObject({ code: 'KAYAK_ABORTED', outcome: 'unknown', cause: new Error('enough') })
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    await world.stop(a)
  })

  /** A follower that asks, is answered, and never hears that it has committed: the leader's word of that is lost. */
  async function unheard() {
    const world = new World()
    const [a, b, c] = await world.trio()
    const index = a.log.head + 1
    let answered = false
    world.network.traffic$.subscribe(({ type, from, to, message }) => {
      if (from !== a.self.address || to !== b.self.address) return
      if (type === 'delivered') answered ||= 'type' in message && message.type === 'change-reply'
      if (type !== 'sent' || !('commit' in message) || Number(message.commit) < index) return
      world.network.cut(from, to)
      world.clock.schedule(() => world.network.heal(from, to))
    })
    return { world, a, b, c, isAnswered: () => answered }
  }

  it('is unknown at its deadline where it was answered, but is not to be seen here', async () => {
    const { world, a, b, c, isAnswered } = await unheard()
    const begun = world.clock.now()
    const error = await world.fails(b.remove(c.self.id, { timeoutMs: T / 2 }))
    expect(isAnswered()).toBe(true)
    expect(error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'unknown', message: containing(c.self.id) })
    expect(world.clock.now() - begun).toBe(T / 2)
    expect(idsOf(b.roster)).toContain(c.self.id)
    await world.stop(a, b, c)
    expect(await world.leftovers()).toBe(0)
  })

  it('can be given up, by a signal or a stop, also while it waits to be seen here', async () => {
    for (const giveUp of ['signal', 'stop']) {
      const { world, a, b, c, isAnswered } = await unheard()
      const controller = new AbortController()
      const removing = watch(b.remove(c.self.id, { signal: controller.signal }))
      await world.until(isAnswered)
      await world.pass(1)
      expect(removing.settled).toBe(false)
      if (giveUp === 'signal') controller.abort()
      else await world.stop(b)
      await world.breathe()
      const code = giveUp === 'signal' ? 'KAYAK_ABORTED' : 'KAYAK_STOPPED'
      expect(removing.error).toMatchObject({ code, outcome: 'unknown' })
      expect(getEventListeners(controller.signal, 'abort')).toEqual([])
      await world.stop(a, b, c)
      expect(await world.leftovers()).toBe(0)
    }
  })

  it('of a host that stops is settled, and refused afterwards', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(b, c)
    const removing = watch(a.remove(b.self.id))
    await world.pass(50)
    await world.stop(a)
    expect(removing.error).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'unknown' })
    expect(await world.fails(a.remove(b.self.id))).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
    expect(await world.leftovers()).toBe(0)
  })
})
