import { type Host } from 'kayak'
import { record, T, watch, World } from './world.js'

/** A founder, and a member that it has let in, but that was cut off before it had caught up; both run. */
async function learner(world: World): Promise<[Host, Host]> {
  const a = await world.start('a')
  const joining = watch(world.join('b', [a], { joinTimeoutMs: 3000 }))
  await world.until(() => world.disk('b').identity?.clusterId !== undefined)
  world.network.isolate(a.self.address)
  await world.until(() => joining.settled)
  return [a, await world.start('b')]
}

describe('role$', () => {
  it('goes to leader by way of candidate, and back to follower', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const roles = [a, b, c].map(host => record(host.role$))
    world.network.isolate(a.self.address)
    const leader = await world.leaderOf([b, c])
    await world.until(() => a.role !== 'leader')
    world.network.heal()
    await world.until(() => [a, b, c].every(host => host.leader?.id === leader.self.id))
    const ways = roles.map(({ values }) => values.join(' '))
    expect(ways[0]).toMatch(/^leader follower/)
    expect(ways[leader === b ? 1 : 2]).toMatch(/candidate leader$/)
    for (const way of ways) expect(way).not.toMatch(/follower leader/)
    await world.stop(a, b, c)
  })

  it('is learner until the member is a voter', async () => {
    const world = new World()
    const [a, b] = await learner(world)
    const roles = record(b.role$)
    world.network.heal()
    await world.until(() => b.roster.voters.length === 2)
    expect(roles.values).toEqual(['learner', 'follower'])
    await world.stop(a, b)
  })
})

describe('term$', () => {
  it('only grows, and not while a member is merely cut off', async () => {
    const world = new World()
    const hosts = await world.trio()
    const terms = hosts.map(host => record(host.term$))
    const { term } = hosts[0]
    world.network.isolate(hosts[2].self.address)
    await world.pass(20 * T)
    world.network.heal()
    await world.pass(5 * T)
    expect(hosts.map(host => host.term)).toEqual([term, term, term])
    expect(hosts[0].role).toBe('leader')
    await world.stop(hosts[0])
    await world.leaderOf([hosts[1], hosts[2]])
    for (const { values } of terms) expect(values).toEqual([...values].sort((x, y) => x - y))
    expect(hosts[1].term).toBeGreaterThan(term)
    await world.stop(hosts[1], hosts[2])
  })
})

describe('leader$', () => {
  it('becomes undefined when nothing has been heard for 2T at most', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const leaders = [b, c].map(host => record(host.leader$))
    const begun = world.clock.now()
    const gone: number[] = []
    for (const host of [b, c])
      host.leader$.subscribe(leader => leader === undefined && gone.push(world.clock.now() - begun))
    world.network.isolate(a.self.address)
    await world.until(() => gone.length >= 2)
    for (const ms of gone) expect(ms).toBeLessThanOrEqual(2 * T + 1)
    expect(gone[0]).toBeGreaterThanOrEqual(T - 100)
    expect(leaders.map(({ values }) => values.slice(0, 2))).toEqual([
      [a.self, undefined],
      [a.self, undefined],
    ])
    await world.stop(a, b, c)
  })

  it('becomes undefined on a leader that has lost its majority, which steps down', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const [leaders, events] = [record(a.leader$), record(a.events$)]
    const begun = world.clock.now()
    world.network.isolate(a.self.address)
    await world.until(() => a.leader === undefined)
    expect(world.clock.now() - begun).toBeLessThanOrEqual(2 * T)
    expect(leaders.values).toEqual([a.self, undefined])
    expect(events.values).toContainEqual(expect.objectContaining({ type: 'stepped-down', why: 'no-quorum' }))
    await world.stop(a, b, c)
  })

  it('becomes undefined as soon as a higher term is seen, and then whoever leads it', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const [leaders, terms] = [record(c.leader$), record(c.term$)]
    const closing = watch(a.close())
    await world.until(() => closing.settled && b.leader?.id === c.leader?.id && c.leader !== undefined)
    const next = c.leader
    expect(leaders.values).toEqual([a.self, undefined, next])
    expect(terms.values).toHaveLength(2)
    await world.stop(b, c)
  })

  it('becomes undefined for a learner, too', async () => {
    const world = new World()
    const [a, b] = await learner(world)
    const seen = record(b.leader$)
    world.network.heal()
    // its election timeout is the cluster's once it has a roster
    await world.until(() => b.leader !== undefined && b.roster.index > 0)
    const begun = world.clock.now()
    world.network.isolate(a.self.address)
    expect(b.role).toBe('learner')
    await world.until(() => b.leader === undefined)
    expect(world.clock.now() - begun).toBeLessThanOrEqual(2 * T + 1)
    expect(seen.values).toEqual([undefined, a.self, undefined])
    await world.stop(a, b)
  })
})

describe('roster$', () => {
  it('shows only what has committed, to everyone the same', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const rosters = [a, b].map(host => record(host.roster$))
    const c = await world.join('c', [b])
    await world.run(a.remove(c.self.id))
    await world.until(() => [a, b].every(({ roster }) => roster.voters.length === 2))
    const shape = rosters.map(({ values }) => values.map(({ voters, learners }) => [voters.length, learners.length]))
    expect(shape[0]).toEqual([
      [2, 0],
      [2, 1],
      [3, 0],
      [2, 0],
    ])
    expect(rosters[1]?.values).toEqual(rosters[0]?.values)
    const indexes = rosters[0]?.values.map(({ index }) => index) ?? []
    expect(indexes).toEqual([...new Set(indexes)].sort((x, y) => x - y))
    const d = await world.join('d', [a])
    await world.until(() => b.roster.voters.length === 3)
    await world.stop(c, d, b)
    const before = a.roster
    expect((await world.fails(a.remove(d.self.id, { timeoutMs: 100 }))).outcome).toBe('unknown')
    expect(a.roster).toBe(before)
    await world.stop(a)
  })
})
