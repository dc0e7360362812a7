import type { Host } from 'kayak'
import { record, T, watch, World } from './world.js'

const LONG = 60_000

describe('transferLeadership', () => {
  it('hands over to a voter that is named, and says who leads then', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    for (const [from, to] of [
      [a, c],
      [c, b],
      [b, a],
    ] as const) {
      const { term } = from
      expect(await world.run(from.transferLeadership(to.self.id))).toEqual(to.self)
      await world.until(() => to.role === 'leader')
      // one election, and nobody had to wait for a timeout
      expect(to.term).toBe(term + 1)
    }
    await world.stop(a, b, c)
    expect(await world.leftovers()).toBe(0)
  })

  it('hands over to whoever takes over best, and loses no append that is under way', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const appends = Array.from({ length: 50 }, (_, at) => b.log.append(String(at)))
    const leader = await world.run(a.transferLeadership())
    expect([b.self, c.self]).toContainEqual(leader)
    const entries = await world.run(Promise.all(appends))
    expect(new Set(entries.map(({ payload }) => payload)).size).toBe(50)
    expect(await world.everything(c)).toHaveLength(50)
    await world.stop(a, b, c)
  })

  it('that nobody takes is rejected in time, and appends go on', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(c)
    const begun = world.clock.now()
    const transferring = watch(a.transferLeadership(c.self.id, { timeoutMs: LONG }))
    await world.pass(1)
    const append = watch(a.log.append('meanwhile', { timeoutMs: LONG }))
    await world.until(() => transferring.settled)
    expect(transferring.error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'unknown', retryable: true })
    expect(world.clock.now() - begun).toBeLessThanOrEqual(T + 10)
    await world.until(() => append.settled)
    expect([append.error, a.role]).toEqual([undefined, 'leader'])
    await world.stop(a, b)
  })

  it('is refused to who is no voter, and where there is no other', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const d = await world.join('d', [a], { asLearner: true })
    for (const host of [a, b])
      for (const to of [d.self.id, 'f'.repeat(32)])
        expect(await world.fails(host.transferLeadership(to))).toMatchObject({ code: 'KAYAK_INVALID', leader: a.self })
    expect(await world.fails(b.transferLeadership('x'))).toMatchObject({ code: 'KAYAK_INVALID' })
    await world.stop(d, b)
    const alone = await world.start('z')
    expect(await world.fails(alone.transferLeadership())).toMatchObject({ code: 'KAYAK_INVALID' })
    await world.stop(a, alone)
    expect(await world.fails(a.transferLeadership())).toMatchObject({ code: 'KAYAK_STOPPED' })
  })

  it('is asked of any member, a learner too, and to oneself', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const d = await world.join('d', [a], { asLearner: true })
    const hosts = [a, b, c, d]
    for (const [by, to] of [
      [b, c],
      [d, b],
      [a, a],
    ] as const) {
      const { term } = await world.leaderOf(hosts)
      expect(await world.run(by.transferLeadership(to.self.id))).toEqual(to.self)
      await world.until(() => to.role === 'leader')
      expect(to.term).toBe(term + 1)
    }
    await world.until(() => d.leader?.id === a.self.id)
    const other = await world.run(d.transferLeadership())
    expect([b.self, c.self]).toContainEqual(other)
    await world.stop(...hosts)
    expect(await world.leftovers()).toBe(0)
  })

  it('is done at once where that member leads already', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const { term } = a
    for (const host of [a, b]) expect(await world.run(host.transferLeadership(a.self.id))).toEqual(a.self)
    await world.pass(T)
    expect(a.term).toBe(term)
    await world.stop(a, b)
  })

  it('is asked again where the question was lost, or the leader with it, and nobody hands over twice', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    world.network.cut(b.self.address, a.self.address)
    const lost = watch(b.transferLeadership(c.self.id, { timeoutMs: LONG }))
    await world.pass(T / 4)
    expect(lost.settled).toBe(false)
    world.network.heal()
    await world.until(() => lost.settled)
    expect(lost.value).toEqual(c.self)
    const { term } = c
    world.network.setFaults({ duplicate: 1 })
    expect(await world.run(a.transferLeadership(b.self.id))).toEqual(b.self)
    await world.pass(3 * T)
    expect([b.role, b.term]).toEqual(['leader', term + 1])
    await world.stop(a, b, c)
  })

  it('need not wait while another takes over, and shares in that where it is the same', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(c)
    const begun = world.clock.now()
    const first = watch(a.transferLeadership(c.self.id, { timeoutMs: LONG }))
    await world.pass(1)
    const [same, any] = [c.self.id, undefined].map(to => watch(b.transferLeadership(to, { timeoutMs: LONG })))
    const other = await world.fails(b.transferLeadership(b.self.id, { timeoutMs: LONG }))
    expect(other).toMatchObject({ code: 'KAYAK_OVERLOADED', outcome: 'rejected', retryable: true })
    expect(world.clock.now() - begun).toBeLessThan(T / 2)
    await world.until(() => [first, same, any].every(one => one?.settled))
    for (const one of [first, same, any])
      expect(one?.error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'unknown' })
    expect(world.clock.now() - begun).toBeLessThanOrEqual(T + 10)
    expect(await world.run(b.transferLeadership(b.self.id))).toEqual(b.self)
    await world.stop(a, b)
  })

  it('that nobody takes is rejected where it was asked, as by the leader', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(c)
    const unknown = await world.fails(b.transferLeadership(c.self.id, { timeoutMs: LONG }))
    expect(unknown).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'unknown' })
    world.network.cut(b.self.address, a.self.address)
    const late = await world.fails(b.transferLeadership(b.self.id, { timeoutMs: T / 2 }))
    expect(late).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'unknown' })
    world.network.heal()
    await world.stop(a, b)
  })
})

describe('a leader that stops', () => {
  it('hands over first, so that nobody has to miss it', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.pass(T)
    const begun = world.clock.now()
    const append = watch(b.log.append('x', { timeoutMs: LONG }))
    await world.stop(a)
    await world.until(() => append.settled && [b, c].some(({ role }) => role === 'leader'))
    expect(append.error).toBeUndefined()
    expect(world.clock.now() - begun).toBeLessThan(T / 2)
    await world.stop(b, c)
    expect(await world.leftovers()).toBe(0)
  })

  it('takes no longer than an election timeout where nobody takes over', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    world.network.isolate(a.self.address)
    world.disk('a').writes = 'hang'
    watch(a.log.append('x', { timeoutMs: LONG }))
    const begun = world.clock.now()
    await world.stop(a)
    expect(world.clock.now() - begun).toBeLessThanOrEqual(T)
    await world.stop(b, c)
  })
})

describe('who is preferred as leader', () => {
  const prefer = (host: Host, by: Host, priority = 1) =>
    by.changeRoster([{ type: 'prefer', id: host.self.id, priority }])

  it('leads before long, and again when it is back', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.run(prefer(c, a))
    await world.until(() => c.role === 'leader', 12 * T)
    await world.stop(c)
    const leader = await world.leaderOf([a, b])
    expect((await world.run(leader.log.append('x'))).payload).toBe('x')
    const again = await world.start('c')
    await world.until(() => again.role === 'leader', 13 * T)
    await world.stop(a, b, again)
  })

  it('never keeps others from leading, nor appends from going on, while it is away or cut off', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.run(prefer(c, a))
    await world.run(prefer(b, a, 7))
    await world.stop(c)
    await world.until(() => b.role === 'leader', 12 * T)
    world.network.isolate(b.self.address)
    // two of three are gone
    const again = await world.start('c')
    const leader = await world.leaderOf([a, again])
    expect((await world.run(leader.log.append('x'))).payload).toBe('x')
    const failures = record(leader.events$)
    await world.pass(25 * T)
    expect((await world.run(leader.log.append('y', { timeoutMs: 2 * T }))).payload).toBe('y')
    expect(failures.values.filter(({ type }) => type === 'transfer-failed')).toEqual([])
    world.network.heal()
    await world.until(() => b.role === 'leader', 15 * T)
    await world.stop(a, b, again)
  })

  it('deposes nobody where only the leader can reach it, and is tried more and more rarely', async () => {
    const world = new World()
    const hosts: Host[] = await world.trio()
    for (const name of ['d', 'e']) hosts.push(await world.join(name, hosts))
    const leader = await world.leaderOf(hosts)
    const [preferred] = hosts.filter(host => host !== leader)
    if (preferred === undefined) throw new Error('There is nobody else.')
    for (const host of hosts)
      if (host !== preferred && host !== leader) {
        world.network.cut(preferred.self.address, host.self.address)
        world.network.cut(host.self.address, preferred.self.address)
      }
    const { term } = leader
    const told = record(leader.events$)
    await world.run(prefer(preferred, leader, 5))
    await world.pass(200 * T)
    expect([leader.role, leader.term, preferred.term]).toEqual(['leader', term, term])
    const tries = told.values.filter(({ type }) => type === 'transfer-started').length
    expect(tries).toBeGreaterThanOrEqual(3)
    expect(tries).toBeLessThanOrEqual(5)
    world.network.heal()
    await world.until(() => preferred.role === 'leader', 200 * T)
    await world.stop(...hosts)
  })
})
