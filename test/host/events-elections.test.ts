import { type HostEvent } from 'kayak'
import { record, T, watch, World, type Recording } from './world.js'

type Events = Recording<HostEvent>

const ofType = <Type extends HostEvent['type']>({ values }: Events, type: Type) =>
  values.filter((event): event is HostEvent & { readonly type: Type } => event.type === type)

describe('events$ tells of elections', () => {
  it('each phase, in which term and why, and who has won', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const all = [b, c].map(host => record(host.events$))
    world.network.isolate(a.self.address)
    await world.stop(a)
    const leader = await world.leaderOf([b, c])
    await world.until(() => b.leader !== undefined && c.leader !== undefined)
    const [won, lost] = leader === b ? all : [...all].reverse()
    if (won === undefined || lost === undefined) throw new Error('There are two.')
    const next = { at: expect.any(Number) as number, term: leader.term }
    expect(ofType(won, 'election-started').at(-2)).toMatchObject({
      term: leader.term,
      phase: 'pre-vote',
      why: 'timeout',
    })
    expect(ofType(won, 'election-started').at(-1)).toEqual({
      ...next,
      type: 'election-started',
      phase: 'vote',
      why: 'timeout',
    })
    expect(ofType(won, 'leader-elected')).toEqual([{ ...next, type: 'leader-elected' }])
    expect(ofType(lost, 'leader-elected')).toEqual([])
    expect(ofType(lost, 'leader-changed').at(-1)).toEqual({ ...next, type: 'leader-changed', leader: leader.self })
    for (const events of all) expect(ofType(events, 'leader-changed')[0]).toMatchObject({ leader: undefined })
    for (const { values } of all) {
      const times = values.map(({ at }) => at)
      expect(times).toEqual([...times].sort((x, y) => x - y))
      expect(times.every(at => at <= world.clock.now())).toBe(true)
    }
    await world.stop(b, c)
  })

  it('a transfer of the leadership, at whose end the reason is told', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const [from, to] = [record(a.events$), record(b.events$)]
    await world.run(a.close())
    expect(ofType(from, 'transfer-started')).toMatchObject([{ to: b.self.id }])
    expect(ofType(from, 'transfer-failed')).toEqual([])
    expect(ofType(to, 'election-started')).toMatchObject([{ phase: 'vote', why: 'transfer' }])
    await world.stop(b)
  })

  it('a transfer that fails, and why', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const events = record(a.events$)
    world.network.traffic$.subscribe(({ type, message, to }) => {
      if (type === 'sent' && 'type' in message && message.type === 'timeout-now') world.network.isolate(to)
    })
    watch(a.close({ timeoutMs: 3 * T }))
    await world.until(() => ofType(events, 'transfer-failed').length > 0)
    const [started] = ofType(events, 'transfer-started')
    const [failed] = ofType(events, 'transfer-failed')
    expect(failed?.to).toBe(started?.to)
    expect(failed?.reason).toMatch(/time/)
    expect((failed?.at ?? 0) - (started?.at ?? 0)).toBeCloseTo(T, 0)
    await world.until(() => events.end !== undefined)
    await world.stop(b, c)
  })
})

describe('events$ tells of every step down, and why', () => {
  const whyOf = (events: Events): string[] => ofType(events, 'stepped-down').map(({ why }) => why)

  it('no-quorum: a leader that is cut off', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const events = record(a.events$)
    const { term } = a
    world.network.isolate(a.self.address)
    await world.until(() => a.role !== 'leader')
    expect(ofType(events, 'stepped-down')).toMatchObject([{ term, why: 'no-quorum' }])
    await world.stop(a, b, c)
  })

  it('newer-term: a leader that hears of another', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const events = record(a.events$)
    await world.run(Promise.all([a.close().catch(() => undefined), b.sync.barrier({ timeoutMs: 60_000 })]))
    expect(whyOf(events)).toEqual(['newer-term'])
    await world.stop(b, c)
  })

  it('leader-found: a candidate that hears the winner', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const events = record(c.events$)
    world.network.cut(a.self.address, c.self.address)
    await world.until(() => c.role === 'candidate')
    world.network.heal()
    await world.until(() => c.role === 'follower')
    expect(whyOf(events)).toEqual(['leader-found'])
    expect(c.leader).toEqual(a.self)
    await world.stop(a, b, c)
  })

  it('removed: a leader that was taken out', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const events = record(a.events$)
    await world.run(b.remove(a.self.id))
    await world.until(() => events.end === 'complete')
    expect(whyOf(events)).toEqual(['removed'])
    expect(ofType(events, 'removed')).toMatchObject([{ rosterIndex: a.roster.index }])
    await world.stop(b, c)
  })

  it('disk-hangs: a leader whose writes do not end', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const events = record(a.events$)
    world.disk('a').writes = 'hang'
    watch(a.log.append('x'))
    await world.until(() => a.role !== 'leader')
    expect(whyOf(events)).toEqual(['disk-hangs'])
    await world.leaderOf([b, c])
    world.disk('a').writes = 'work'
    await world.stop(a, b, c)
  })
})
