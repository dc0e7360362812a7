import { type Host } from 'kayak'
import { containing, record, T, watch, World } from './world.js'

/** A member that can't leave: the others are gone. It leads, or has nobody who does. */
async function alone(role: 'leader' | 'follower'): Promise<{ world: World; name: string; host: Host }> {
  const world = new World()
  const [a, b] = await world.pair()
  const [host, other] = role === 'leader' ? [a, b] : [b, a]
  await world.stop(other)
  if (role === 'follower') await world.until(() => host.leader === undefined)
  return { world, name: role === 'leader' ? 'a' : 'b', host }
}

describe('a close that can not leave', () => {
  it.each(['leader', 'follower'] as const)('stops by its deadline all the same, and stays a member: %s', async role => {
    const { world, name, host } = await alone(role)
    const begun = world.clock.now()
    const error = await world.fails(host.close({ timeoutMs: 5 * T }))
    expect(error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'unknown', message: containing('leave') })
    expect(world.clock.now() - begun).toBe(5 * T)
    expect(world.disk(name).identity?.standing).toBe('member')
    expect(await world.leftovers()).toBe(0)
    expect(await world.fails(host.log.append('x'))).toMatchObject({ code: 'KAYAK_STOPPED' })
    const [again, other] = [await world.start(name), await world.start(name === 'a' ? 'b' : 'a')]
    expect((await world.run(again.log.append('x', { timeoutMs: 60_000 }))).payload).toBe('x')
    await world.stop(again, other)
  })

  it('takes the deadline of the host where it names none', async () => {
    const world = new World()
    const [a, b] = await world.pair({ timeoutMs: 1234 })
    await world.stop(b)
    const begun = world.clock.now()
    expect(await world.fails(a.close())).toMatchObject({ code: 'KAYAK_TIMEOUT' })
    expect(world.clock.now() - begun).toBe(1234)
  })

  it('settles what is pending by then', async () => {
    const { world, host } = await alone('leader')
    const pending = [host.log.append('x', { timeoutMs: 60_000 }), host.sync.sync(99, { timeoutMs: 60_000 })].map(
      operation => watch<unknown>(operation),
    )
    expect(await world.fails(host.close({ timeoutMs: 100 }))).toMatchObject({ code: 'KAYAK_TIMEOUT' })
    expect(pending.map(({ error }) => error)).toMatchObject([
      { code: 'KAYAK_STOPPED', outcome: 'unknown' },
      { code: 'KAYAK_STOPPED' },
    ])
    expect(await world.leftovers()).toBe(0)
  })

  it('is the same error for all who have called it', async () => {
    const { world, host } = await alone('leader')
    const closing = [watch(host.close({ timeoutMs: 100 })), watch(host.close({ timeoutMs: 60_000 }))]
    await world.until(() => closing.every(({ settled }) => settled))
    expect(closing[0]?.error).toMatchObject({ code: 'KAYAK_TIMEOUT' })
    expect(closing[1]?.error).toBe(closing[0]?.error)
    await world.stop(host)
  })

  it('because the host is stopped meanwhile says so at once, at whatever moment that is', async () => {
    for (let moment = 0; moment < 2 * T; moment += T / 10) {
      for (const role of ['leader', 'follower'] as const) {
        const { world, name, host } = await alone(role)
        const closing = watch(host.close({ timeoutMs: 60_000 }))
        await world.pass(moment)
        expect(closing.settled).toBe(false)
        await world.stop(host)
        await world.breathe()
        expect(closing).toMatchObject({ settled: true, error: { code: 'KAYAK_STOPPED' } })
        expect(world.disk(name).identity?.standing).toBe('member')
        expect(await world.leftovers()).toBe(0)
      }
    }
  })

  it('because the host is stopped as soon as it has begun leaves nothing behind', async () => {
    for (let turns = 0; turns < 6; turns++) {
      const { world, name, host } = await alone('follower')
      const closing = watch(host.close({ timeoutMs: 60_000 }))
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      await world.stop(host)
      await world.breathe()
      expect(closing).toMatchObject({ settled: true, error: { code: 'KAYAK_STOPPED' } })
      expect(world.disk(name).identity?.standing).toBe('member')
      expect(await world.leftovers()).toBe(0)
    }
  })

  it('because the host has stopped before, or has failed, says so: it is still a member', async () => {
    for (const fails of [false, true]) {
      const { world, name, host } = await alone('leader')
      if (fails) {
        watch(host.log.append('x'))
        world.disk(name).failNextWrite()
        await world.pass(T)
      } else await world.stop(host)
      const error = await world.fails(host.close())
      expect(error).toMatchObject({
        code: 'KAYAK_STOPPED',
        outcome: 'rejected',
        ...(fails && { cause: { code: 'KAYAK_STORAGE_FAILED' } }),
      })
      expect(await world.fails(host.close())).toBe(error)
      await world.stop(host)
      expect(world.disk(name).identity?.standing).toBe('member')
      expect(await world.leftovers()).toBe(0)
    }
  })

  it('because the host fails meanwhile says so at once', async () => {
    const { world, host } = await alone('leader')
    const events = record(host.events$)
    watch(host.log.append('x'))
    world.disk('a').failNextWrite()
    const closing = watch(host.close({ timeoutMs: 60_000 }))
    await world.until(() => events.end === 'complete')
    await world.breathe()
    expect(closing.error).toMatchObject({ code: 'KAYAK_STOPPED', cause: { code: 'KAYAK_STORAGE_FAILED' } })
    expect(world.disk('a').identity?.standing).toBe('member')
    expect(await world.leftovers()).toBe(0)
  })

  it('because the mark can not be written ends by its deadline, and is unknown', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    a.roster$.subscribe(({ voters }) => {
      if (voters.length === 2) world.disk('c').writes = 'hang'
    })
    const begun = world.clock.now()
    const error = await world.fails(c.close({ timeoutMs: 3 * T }))
    expect(error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'unknown' })
    expect(world.clock.now() - begun).toBeLessThanOrEqual(3 * T)
    expect(world.disk('c').identity?.standing).toBe('member')
    world.disk('c').writes = 'work'
    const again = await world.start('c')
    const commits = record(again.committed$)
    await world.until(() => commits.end === 'complete')
    expect(world.disk('c').identity?.standing).toBe('removed')
    await world.stop(a, b)
    expect(await world.leftovers()).toBe(0)
  })
})

describe('close refuses', () => {
  it.each([
    { timeoutMs: 0 },
    { timeoutMs: -1 },
    { timeoutMs: NaN },
    { timeoutMs: '10' },
    { timeoutMs: null },
    null,
    42,
  ])('the options %p, and the host goes on', async options => {
    const world = new World()
    const [a, b] = await world.pair()
    // whoever writes JavaScript may pass anything
    const error = await world.fails(b.close(options as { timeoutMs: number }))
    expect(error).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected' })
    expect((await world.run(b.log.append('x'))).payload).toBe('x')
    await world.run(b.close())
    expect(world.disk('b').identity?.standing).toBe('left')
    await world.stop(a)
  })
})
