import { type Host, type HostEvent, type Member } from 'kayak'
import { message, ReadIndex } from '../../streams/contracts/messages/index.js'
import { PROTOCOL } from '../../streams/contracts/messages/versions'
import { record, World, type Recording } from './world.js'

const MiB = 1024 * 1024
type Events = Recording<HostEvent>

const ofType = <Type extends HostEvent['type']>({ values }: Events, type: Type) =>
  values.filter((event): event is HostEvent & { readonly type: Type } => event.type === type)

const typesOf = ({ values }: Events): string[] => values.map(({ type }) => type)

describe('events$ tells of members', () => {
  it('every roster that has committed', async () => {
    const world = new World()
    const a = await world.start('a')
    const events = record(a.events$)
    const b = await world.join('b', [a])
    await world.run(a.remove(b.self.id))
    const changes = ofType(events, 'roster-changed')
    expect(changes.map(({ voters, learners }) => [voters, learners])).toEqual([
      [1, 1],
      [2, 0],
      [1, 0],
    ])
    expect(changes.at(-1)?.index).toBe(a.roster.index)
    await world.stop(a, b)
  })

  it('peers that come up and go down', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const events = record(a.events$)
    await world.stop(b)
    await world.breathe()
    const { id, address } = b.self
    expect(ofType(events, 'peer-down')).toMatchObject([{ id, address, reason: expect.any(String) as string }])
    const again = await world.start('b')
    await world.until(() => again.leader !== undefined)
    expect(ofType(events, 'peer-up')).toMatchObject([{ id, address }])
    await world.stop(a, again)
  })

  it('peers that are refused, by address and by what was wrong', async () => {
    const world = new World()
    const a = await world.start('a', { secret: 'one' })
    const events = record(a.events$)
    await world.fails(world.join('b', [a], { secret: 'two' }, '127.0.0.1:7555'))
    await world.breathe()
    expect(ofType(events, 'peer-refused')).toMatchObject([{ address: '127.0.0.1:7555', code: 'KAYAK_NOT_AUTHORIZED' }])
    expect(a.roster.voters).toEqual([a.self])
    await world.stop(a)
  })

  it('its own removal, before it ends', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const events = record(b.events$)
    await world.run(a.remove(b.self.id))
    await world.until(() => events.end === 'complete')
    expect(ofType(events, 'removed')).toMatchObject([{ rosterIndex: a.roster.index }])
    await world.stop(a)
  })
})

describe('events$ tells of what is not as it should be', () => {
  /** Somebody with the secret, on the network of a world. */
  async function stranger(world: World) {
    const { clock, random } = world
    const transport = world.network.transport()
    const bind = '127.0.0.1:7666'
    transport
      .open({
        memberId: 'f'.repeat(32),
        clusterId: undefined,
        bind,
        advertise: undefined,
        secret: undefined,
        protocol: PROTOCOL,
        clock,
        random,
      })
      .subscribe()
    await world.breathe()
    return (to: Member, what: object): void => transport.send({ id: to.id, address: to.address }, what)
  }

  it('a flood of malformed messages a hundred times a second, with how many there were', async () => {
    const world = new World()
    const host = await world.start('a')
    const events = record(host.events$)
    const send = await stranger(world)
    for (let message = 0; message < 5000; message++) send(host.self, {})
    await world.pass(1000)
    const told = ofType(events, 'message-refused').length
    expect(told).toBeGreaterThanOrEqual(100)
    expect(told).toBeLessThanOrEqual(200)
    send(host.self, {})
    await world.pass(10)
    expect(ofType(events, 'message-refused').at(-1)).toMatchObject({ count: 5001 })
    await world.stop(host)
  })

  it('malformed messages, with how many there were, which change nothing', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const [events, { term, role }] = [record(b.events$), b]
    const send = await stranger(world)
    for (const malformed of [{}, { type: 'append-entries' }, { type: 'request-vote', term: -1 }])
      send(b.self, malformed)
    await world.until(() => ofType(events, 'message-refused').length === 3)
    expect(ofType(events, 'message-refused')).toMatchObject([1, 2, 3].map(count => ({ count, from: 'f'.repeat(32) })))
    for (const { reason } of ofType(events, 'message-refused')) expect(reason).not.toBe('')
    expect([b.term, b.role, b.leader]).toEqual([term, role, a.self])
    await world.stop(a, b)
  })

  it('messages that are dropped because too many wait', async () => {
    const world = new World()
    const host = await world.start('a')
    const events = record(host.events$)
    const send = await stranger(world)
    for (let i = 0; i < 10_010; i++) send(host.self, message(ReadIndex, { id: `asked-${i}` }))
    await world.until(() => ofType(events, 'messages-dropped').length === 10)
    expect(ofType(events, 'messages-dropped').at(-1)).toMatchObject({ reason: 'overloaded', count: 10 })
    expect(ofType(events, 'over-budget')).toMatchObject([
      { budget: 'messages', used: 10_001, limit: 10_000, unit: 'count', member: undefined, count: 1 },
    ])
    expect((await world.run(host.log.append('x'))).payload).toBe('x')
    await world.stop(host)
  })

  it('a disk that is slow, while it is and after', async () => {
    const world = new World()
    const host = await world.start('a')
    const events = record(host.events$)
    world.disk('a').latencyMs = 400
    await world.run(host.log.append('x'))
    expect(typesOf(events)).not.toContain('slow-disk')
    world.disk('a').latencyMs = 800
    await world.run(host.log.append('y'))
    await world.pass(1)
    expect(ofType(events, 'slow-disk')).toMatchObject([
      { operation: 'write', tookMs: 500 },
      { operation: 'write', tookMs: 800 },
    ])
    await world.stop(host)
  })

  it('a log that nobody compacts: at 64 MiB, and at each doubling, and anew after a compaction', async () => {
    const world = new World()
    const host = await world.start('a', { maxPayloadBytes: 8 * MiB })
    const events = record(host.events$)
    const payload = new Uint8Array(8 * MiB - 1)
    const grow = async (times: number): Promise<number> => {
      for (let i = 0; i < times; i++) await world.run(host.log.append(payload))
      return ofType(events, 'log-growth').length
    }
    expect(await grow(7)).toBe(0)
    expect(await grow(1)).toBe(1)
    expect(await grow(7)).toBe(1)
    expect(await grow(1)).toBe(2)
    const [first, second] = ofType(events, 'log-growth')
    expect(first?.bytes).toBeGreaterThanOrEqual(64 * MiB)
    expect(second?.bytes).toBeGreaterThanOrEqual(128 * MiB)
    expect(second?.entries).toBe(host.log.committed)
    await world.run(host.log.compact(host.log.committed, []))
    expect(await grow(7)).toBe(2)
    expect(await grow(1)).toBe(3)
    await world.stop(host)
  })

  it('the failure that ends it', async () => {
    const world = new World()
    const host: Host = await world.start('a')
    const events = record(host.events$)
    world.disk('a').failNextWrite()
    await world.fails(host.log.append('x'))
    await world.until(() => events.end === 'complete')
    expect(events.values.at(-1)).toMatchObject({ type: 'failed', error: { code: 'KAYAK_STORAGE_FAILED' } })
    await world.stop(host)
  })
})
