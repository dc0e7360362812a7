import { getEventListeners } from 'node:events'
import { type Host } from 'kayak'
import { containing, watch, World } from './world.js'

/** A leader and a follower of which neither can reach the other. */
async function parted(): Promise<{ world: World; leader: Host; follower: Host }> {
  const world = new World()
  const [leader, follower] = await world.pair()
  world.network.isolate(leader.self.address)
  return { world, leader, follower }
}

describe('an append without a majority', () => {
  it('is unknown at the deadline once a leader has taken it, and may commit later', async () => {
    const { world, leader, follower } = await parted()
    const begun = world.clock.now()
    const error = await world.fails(leader.log.append('x', { timeoutMs: 500 }))
    expect(error).toMatchObject({
      code: 'KAYAK_TIMEOUT',
      outcome: 'unknown',
      retryable: true,
      message: containing('500'),
    })
    expect(world.clock.now() - begun).toBe(500)
    world.disk('b').latencyMs = 0
    await world.stop(follower)
    world.network.heal()
    const back = await world.start('b')
    await world.leaderOf([leader, back])
    expect(await world.everything(back)).toMatchObject([{ payload: 'x' }])
    await world.stop(leader, back)
  })

  it('is rejected if no leader was there to take it, and never shows up', async () => {
    const { world, leader, follower } = await parted()
    await world.until(() => leader.leader === undefined && follower.leader === undefined)
    const begun = world.clock.now()
    for (const host of [leader, follower]) {
      expect(await world.fails(host.log.append('x', { timeoutMs: 500 }))).toMatchObject({
        code: 'KAYAK_TIMEOUT',
        outcome: 'rejected',
      })
    }
    expect(world.clock.now() - begun).toBe(1000)
    world.network.heal()
    await world.leaderOf([leader, follower])
    await world.run(follower.log.append('y'))
    expect(await world.everything(leader)).toMatchObject([{ payload: 'y' }])
    await world.stop(leader, follower)
  })

  it('ends by the deadline of the host where it names none', async () => {
    const world = new World()
    const [a, b] = await world.pair({ timeoutMs: 1234 })
    await world.stop(b)
    const begun = world.clock.now()
    expect((await world.fails(a.log.append('x'))).message).toContain('1234')
    expect(world.clock.now() - begun).toBe(1234)
    await world.stop(a)
  })

  it('keeps each deadline where many wait', async () => {
    const { world, leader, follower } = await parted()
    const begun = world.clock.now()
    const ended: number[] = []
    const timeouts = [700, 50, 300, 50.5, 299, 701]
    const appending = timeouts.map(timeoutMs =>
      leader.log.append('x', { timeoutMs }).catch(() => ended.push(timeoutMs, world.clock.now() - begun)),
    )
    await world.run(Promise.all(appending))
    expect(ended).toEqual([50, 50.5, 299, 300, 700, 701].flatMap(timeoutMs => [timeoutMs, timeoutMs]))
    await world.stop(leader, follower)
  })
})

describe('an append with a signal', () => {
  it('is rejected if the signal is aborted already', async () => {
    const world = new World()
    const host = await world.start('a')
    const { head } = host.log
    const cause = new Error('enough')
    const error = await world.fails(host.log.append('x', { signal: AbortSignal.abort(cause) }))
    expect(error).toMatchObject({ code: 'KAYAK_ABORTED', outcome: 'rejected', cause })
    expect(host.log.head).toBe(head)
    await world.stop(host)
  })

  it('is unknown once it was sent, rejected before, and settles at once', async () => {
    const { world, leader, follower } = await parted()
    for (const [host, outcome] of [
      [leader, 'unknown'],
      [follower, 'rejected'],
    ] as const) {
      if (host === follower) await world.until(() => follower.leader === undefined)
      const controller = new AbortController()
      const appending = watch(host.log.append('x', { signal: controller.signal }))
      await world.breathe()
      const before = world.clock.now()
      controller.abort(new Error('enough'))
      await world.until(() => appending.settled)
      expect(world.clock.now()).toBe(before)
      expect(appending.error).toMatchObject({ code: 'KAYAK_ABORTED', outcome, cause: new Error('enough') })
      expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    }
    await world.stop(leader, follower)
  })

  it('that is aborted before its turn is never appended', async () => {
    const world = new World()
    const host = await world.start('a')
    const controller = new AbortController()
    const failing = world.fails(host.log.append('x', { signal: controller.signal }))
    controller.abort()
    expect(await failing).toMatchObject({ code: 'KAYAK_ABORTED', outcome: 'rejected' })
    await world.run(host.log.append('y'))
    expect((await world.everything(host)).map(({ payload }) => payload)).toEqual(['y'])
    await world.stop(host)
  })

  it('that fails otherwise is listened to no more', async () => {
    const { world, leader, follower } = await parted()
    const { signal } = new AbortController()
    await world.fails(leader.log.append('x', { signal, timeoutMs: 100 }))
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await world.stop(leader, follower)
  })

  it('costs no number that is missed: thousands that fail leave the session as it is', async () => {
    const world = new World()
    const host = await world.start('a')
    const names = (): (readonly [string, number])[] =>
      world.disk('a').log.entries.flatMap(({ kind, session, number }) => (kind === 'data' ? [[session, number]] : []))
    await world.run(host.log.append('before'))
    for (let count = 0; count < 2500; count++) {
      const controller = new AbortController()
      const refused = host.log.append('x', { signal: AbortSignal.abort() })
      const aborted = host.log.append('x', { signal: controller.signal })
      controller.abort()
      await world.run(Promise.allSettled([refused, aborted]))
    }
    await world.run(host.log.append('after'))
    const [first, last] = names()
    expect(last).toEqual([first?.[0], 5002])
    await world.stop(host)
  })

  it('that is never aborted keeps nothing of the append', async () => {
    const world = new World()
    const host = await world.start('a')
    const { signal } = new AbortController()
    const appending = host.log.append('x', { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await world.run(appending)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await world.stop(host)
  })

  it('is not undone by an abort that comes too late', async () => {
    const world = new World()
    const host = await world.start('a')
    const controller = new AbortController()
    const entry = await world.run(host.log.append('x', { signal: controller.signal }))
    controller.abort()
    expect(await world.everything(host)).toEqual([entry])
    await world.stop(host)
  })
})

describe('an append to a host that stops', () => {
  it('is unknown if it was sent, rejected if it was not, and refused afterwards', async () => {
    const { world, leader, follower } = await parted()
    const sent = watch(leader.log.append('x'))
    await world.breathe()
    await world.stop(leader)
    expect(sent.error).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'unknown' })
    await world.until(() => follower.leader === undefined)
    const unsent = watch(follower.log.append('x'))
    await world.breathe()
    await world.stop(follower)
    expect(unsent.error).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
    for (const host of [leader, follower])
      expect(await world.fails(host.log.append('y'))).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
    expect(await world.leftovers()).toBe(0)
  })
})
