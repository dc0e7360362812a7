import { join, type Host, type Roster } from 'kayak'
import { VERSIONS } from '../../streams/contracts/protocol'
import { record, T, watch, World } from './world.js'

const ids = (list: Roster['voters']): readonly string[] => list.map(({ id }) => id).sort()
const idsOf = (...hosts: readonly Host[]): readonly string[] => hosts.map(({ self }) => self.id).sort()

describe('a learner that is to stay one', () => {
  it('has arrived when it learns, follows, appends and reads, and doesn’t vote', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const c = await world.join('c', [b], { asLearner: true })
    expect([ids(c.roster.voters), ids(c.roster.learners), c.role]).toEqual([idsOf(a, b), idsOf(c), 'learner'])
    const commits = record(c.committed$)
    const { index } = await world.run(c.log.append('x'))
    expect(commits.values).toMatchObject([{ index, payload: 'x' }])
    expect(await world.run(c.sync.barrier())).toBe(index)
    await world.pass(20 * T)
    expect(ids(a.roster.learners)).toEqual(idsOf(c))
    await world.stop(a, b)
    await world.pass(20 * T)
    expect([c.role, c.leader]).toEqual(['learner', undefined])
    await world.stop(c)
    expect(await world.leftovers()).toBe(0)
  })

  it('is one still after a restart, also if it was cut short while joining', async () => {
    const world = new World()
    const a = await world.start('a')
    const c = await world.join('c', [a], { asLearner: true })
    await world.stop(c)
    const again = await world.join('c', [a])
    expect(again.self).toEqual(c.self)
    await world.until(() => again.leader !== undefined)
    expect([again.role, ids(again.roster.learners)]).toEqual(['learner', idsOf(c)])
    await world.stop(a, again)
  })

  it('votes once it is promoted, through whichever member', async () => {
    for (const through of [0, 1, 2]) {
      const world = new World()
      const [a, b] = await world.pair()
      const c = await world.join('c', [a], { asLearner: true })
      const host = [a, b, c][through] ?? a
      const roster = await world.run(host.promote(c.self.id))
      expect([ids(roster.voters), roster.learners, roster]).toEqual([idsOf(a, b, c), [], host.roster])
      await world.until(() => c.role === 'follower')
      await world.stop(a)
      await world.until(() => [b, c].some(({ role }) => role === 'leader'))
      await world.stop(b, c)
    }
  })

  it('is not promoted while it lacks too much, which is an error of its own', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const c = await world.join('c', [a], { asLearner: true })
    await world.run(a.log.append('x'))
    await world.stop(c)
    await world.run(a.log.append('y'))
    await world.pass(2 * T)
    const error = await world.fails(a.promote(c.self.id, { timeoutMs: 60_000 }))
    expect(error).toMatchObject({ code: 'KAYAK_NOT_CAUGHT_UP', retryable: true })
    const promoting = watch(a.promote(c.self.id, { timeoutMs: 60_000 }))
    const again = await world.start('c')
    await world.until(() => promoting.settled)
    expect(ids(promoting.value?.voters ?? [])).toEqual(idsOf(a, b, c))
    await world.stop(a, b, again)
  })
})

describe('a learner that has all, and is dead', () => {
  it('is not promoted: the cluster could not go on without it', async () => {
    const world = new World()
    const a = await world.start('a')
    const c = await world.join('c', [a], { asLearner: true })
    await world.run(a.log.append('x'))
    await world.until(() => c.log.committed === a.log.committed)
    await world.stop(c)
    await world.pass(2 * T)
    expect(await world.fails(a.promote(c.self.id, { timeoutMs: 60_000 }))).toMatchObject({
      code: 'KAYAK_NOT_CAUGHT_UP',
    })
    expect((await world.run(a.log.append('y'))).payload).toBe('y')
    expect(a.role).toBe('leader')
    await world.stop(a)
  })

  it('nor by itself, when it dies while it joins', async () => {
    const world = new World()
    const a = await world.start('a')
    const options = world.options('c')
    const joining = watch(join('127.0.0.1:7201', [a.self.address], options))
    await world.until(() => a.roster.learners.length === 1)
    world.crash('c', options)
    await world.pass(5 * T)
    expect((await world.run(a.log.append('y'))).payload).toBe('y')
    expect([a.role, a.roster.voters.length, joining.settled]).toEqual(['leader', 1, false])
    await world.stop(a)
  })
})

describe('a change of several members', () => {
  it('puts one in the place of another that is dead, and nothing that was acknowledged is lost', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.run(a.log.append('before'))
    await world.stop(c)
    const d = await world.join('d', [b], { asLearner: true })
    const rosters = record(b.roster$)
    const roster = await world.run(b.replace(c.self.id, d.self.id))
    expect([ids(roster.voters), roster.learners]).toEqual([idsOf(a, b, d), []])
    // never two voters, nor four
    expect(rosters.values.map(({ voters }) => voters.length)).toEqual(rosters.values.map(() => 3))
    expect((await world.everything(d)).map(({ payload }) => payload)).toEqual(['before'])
    await world.stop(a)
    await world.leaderOf([b, d])
    expect((await world.run(d.log.append('after'))).payload).toBe('after')
    await world.stop(b, d)
  })

  it('moves a whole cluster at once, its leader too, under load', async () => {
    const world = new World()
    const old = await world.trio()
    const young: Host[] = []
    for (const name of ['d', 'e', 'f']) young.push(await world.join(name, [old[0]], { asLearner: true }))
    const appends = young.flatMap(host =>
      Array.from({ length: 20 }, (_, at) => host.log.append(`${host.self.id} ${at}`)),
    )
    const steps = [
      ...young.map(({ self }) => ({ type: 'promote', id: self.id }) as const),
      ...old.map(({ self }) => ({ type: 'remove', id: self.id }) as const),
    ]
    const [first] = young
    if (first === undefined) throw new Error('Nobody has joined.')
    const roster = await world.run(first.changeRoster(steps))
    expect(ids(roster.voters)).toEqual(idsOf(...young))
    const entries = await world.run(Promise.all(appends))
    const seen = await world.everything(first)
    expect(seen.map(({ index }) => index)).toEqual(entries.map(({ index }) => index).sort((a, b) => a - b))
    await world.until(() => young.some(({ role }) => role === 'leader'))
    await world.stop(...young, ...old)
    expect(await world.leftovers()).toBe(0)
  })

  it('makes voters learners', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const steps = [b, c].map(({ self }) => ({ type: 'demote', id: self.id }) as const)
    const roster = await world.run(a.changeRoster(steps))
    expect([ids(roster.voters), ids(roster.learners)]).toEqual([idsOf(a), idsOf(b, c)])
    await world.stop(b, c)
    expect((await world.run(a.log.append('alone'))).payload).toBe('alone')
    await world.stop(a)
  })

  it('makes the leader a learner, and another leads', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.run(a.changeRoster([{ type: 'demote', id: a.self.id }]))
    await world.until(() => a.role === 'learner' && [b, c].some(({ role }) => role === 'leader'))
    expect((await world.run(a.log.append('x'))).payload).toBe('x')
    await world.stop(a, b, c)
  })
})

describe('a change that is meant for one roster', () => {
  it('is made of that, and of no other: of two at once, one', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const { index: ifIndex } = a.roster
    const changes = [watch(a.remove(c.self.id, { ifIndex })), watch(c.remove(b.self.id, { ifIndex }))]
    await world.until(() => changes.every(({ settled }) => settled))
    const errors = changes.map(({ error }) => error).filter(error => error !== undefined)
    expect(errors).toMatchObject([{ code: expect.stringMatching(/CONFLICT|REMOVED/) as string }])
    expect(a.roster.voters).toHaveLength(2)
    await world.stop(a, b, c)
  })

  it('says so, certainly, where another came before', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const { index: ifIndex } = a.roster
    await world.run(b.changeRoster([{ type: 'demote', id: c.self.id }], { ifIndex }))
    expect(await world.fails(a.changeRoster([{ type: 'demote', id: b.self.id }], { ifIndex }))).toMatchObject({
      ...{ code: 'KAYAK_CONFLICT', outcome: 'rejected', retryable: false },
    })
    // what is so already is done, whoever has done it
    expect(await world.run(a.changeRoster([{ type: 'demote', id: c.self.id }], { ifIndex }))).toEqual(a.roster)
    await world.stop(a, b, c)
  })
})

describe('what all agree on', () => {
  it('is settled anew, and holds for all, also after a restart', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.run(b.changeRoster([{ type: 'settle', settings: { electionTimeoutMs: 3 * T } }]))
    await world.run(Promise.all([b, c].map(host => host.sync.barrier())))
    const elections = record(b.events$)
    world.network.isolate(a.self.address)
    await world.pass(2 * T)
    expect(elections.values.filter(({ type }) => type === 'election-started')).toEqual([])
    await world.stop(a)
    await world.leaderOf([b, c])
    await world.stop(b, c)
    expect(await world.fails(world.start('a', { electionTimeoutMs: T }))).toMatchObject({ code: 'KAYAK_INVALID' })
    const again = await world.start('a', { electionTimeoutMs: 3 * T })
    await world.stop(again)
  })

  it('quickens a leader that would not be heard often enough within it, at once', async () => {
    const world = new World()
    const a = await world.start('a', { heartbeatMs: T / 3 })
    const b = await world.join('b', [a])
    await world.run(b.changeRoster([{ type: 'settle', settings: { electionTimeoutMs: T / 6 } }]))
    await world.pass(T)
    const { term } = a
    let beats = 0
    const watching = world.network.traffic$.subscribe(({ type, from, message }) => {
      if (type === 'sent' && from === a.self.address && 'entries' in message) beats++
    })
    await world.pass(T)
    watching.unsubscribe()
    expect(beats).toBeGreaterThanOrEqual(17)
    expect([a.role, a.term]).toEqual(['leader', term])
    await world.stop(a, b)
  })
})

describe('the version of what is replicated', () => {
  it('is the first unless it is raised, and is not raised above what members speak', async () => {
    const world = new World()
    const a = await world.start('a')
    const settle = (version: number) => a.changeRoster([{ type: 'settle', settings: { version } }])
    const { index } = a.roster
    expect((await world.run(settle(1))).index).toBe(index)
    expect(await world.fails(settle(VERSIONS.newest + 1))).toMatchObject({ code: 'KAYAK_VERSION', outcome: 'rejected' })
    expect(await world.fails(settle(0))).toMatchObject({ code: 'KAYAK_INVALID' })
    await world.stop(a)
  })
})

describe('changeRoster refuses', () => {
  const ID = 'a'.repeat(32)
  it.each([
    ['no list', 'remove'],
    ['an empty list', []],
    ['a step that is none', [null]],
    ['a step of no kind', [{ type: 'forget', id: ID }]],
    ['a step without a member', [{ type: 'remove' }]],
    ['a step with something besides', [{ type: 'remove', id: ID, now: true }]],
    ['an id that is none', [{ type: 'promote', id: 'x' }]],
    ['an address that is none', [{ type: 'add', id: ID, address: 'x' }]],
    ['a setting that is none', [{ type: 'settle', settings: { patience: 1 } }]],
    ['settings that are none', [{ type: 'settle', settings: null }]],
    ['a priority below zero', [{ type: 'prefer', id: ID, priority: -1 }]],
    ['a timeout that no host may have', [{ type: 'settle', settings: { electionTimeoutMs: 3_000_000_000 } }]],
    ['a member that moves', [{ type: 'move', id: ID, address: 'h:1' }]],
    [
      'one that goes and comes',
      [
        { type: 'remove', id: ID },
        { type: 'add', id: ID, address: 'h:1' },
      ],
    ],
    [
      'one that comes and votes at once',
      [
        { type: 'add', id: ID, address: 'h:1' },
        { type: 'promote', id: ID },
      ],
    ],
    ['too many steps', Array.from({ length: 65 }, () => ({ type: 'remove', id: ID }))],
    ['who is no member', [{ type: 'promote', id: ID }]],
  ])('%s', async (_, steps) => {
    const world = new World()
    const a = await world.start('a')
    const before = a.roster
    // what no type allows
    const error = await world.fails(a.changeRoster(steps as unknown as Parameters<Host['changeRoster']>[0]))
    expect(error).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected' })
    expect(a.roster).toBe(before)
    await world.stop(a)
  })

  it.each([-1, 1.5, '1', null])('ifIndex %p', async ifIndex => {
    const world = new World()
    const a = await world.start('a')
    // what no type allows
    const options = { ifIndex: ifIndex as number }
    expect(await world.fails(a.remove(ID, options))).toMatchObject({ code: 'KAYAK_INVALID' })
    await world.stop(a)
  })
})
