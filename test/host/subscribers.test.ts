import { config, map, Subscriber, type Observable } from 'rxjs'
import { start, type Host } from 'kayak'
import { ProcessClock } from '../../lib/testing/cluster/process-clock.js'
import { record, T, watch, World } from './world.js'

const streamsOf = (host: Host): readonly Observable<unknown>[] => {
  const { committed$, compaction$, events$, role$, term$, leader$, roster$, log } = host
  return [committed$, compaction$, events$, role$, term$, leader$, roster$, log.listen()]
}

/** Lets all streams of a host emit. */
async function stir(world: World, host: Host): Promise<void> {
  const { index } = await world.run(host.log.append('x'))
  await world.run(host.log.compact(index, []))
  const guest = await world.join('guest', [host])
  world.network.isolate(host.self.address)
  await world.until(() => host.role !== 'leader')
  world.network.heal()
  await world.leaderOf([host, guest])
  await world.run(guest.close())
}

describe('a subscriber that throws', () => {
  const thrown = new Error('I am broken.')
  const fail = (): never => {
    throw thrown
  }
  let unhandled: unknown[] = []

  /** RxJS tells of them by timers of the event loop, not of a world: those set before have gone off when this one has. */
  const told = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 1))

  beforeEach(() => {
    unhandled = []
    config.onUnhandledError = error => unhandled.push(error)
  })

  afterEach(async () => {
    await told()
    config.onUnhandledError = null
  })

  it('in its last next gets an uncaught exception; kayak and the others are unharmed', async () => {
    const world = new World()
    const host = await world.start('a')
    for (const stream$ of streamsOf(host)) stream$.subscribe(fail)
    const others = streamsOf(host).map(record)
    await stir(world, host)
    await told()
    expect(new Set(unhandled)).toEqual(new Set([thrown]))
    expect(unhandled.length).toBeGreaterThanOrEqual(8)
    for (const { values } of others) expect(values.length).toBeGreaterThan(0)
    expect(host.role).toBe('leader')
    const { index } = await world.run(host.log.append('y'))
    expect(others[0]?.values.at(-1)).toMatchObject({ index, payload: 'y' })
    await world.stop(host)
    expect(others.map(({ end }) => end)).toEqual(others.map(() => 'complete'))
    expect(await world.leftovers()).toBe(0)
  })

  it('and is handed its values raw is told of as well, and harms nobody', async () => {
    const world = new World()
    const host = await world.start('a')
    const nothing = (): void => undefined
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- what operators of a user's own are made of
    host.committed$.subscribe(new Subscriber<unknown>({ next: fail, error: nothing, complete: nothing }))
    expect(await world.run(host.log.append('x'))).toMatchObject({ payload: 'x' })
    expect(await world.run(host.log.append('y'))).toMatchObject({ payload: 'y' })
    await told()
    expect([host.role, new Set(unhandled)]).toEqual(['leader', new Set([thrown])])
    await world.stop(host)
  })

  it('in an operator ends its own pipe, and nothing else', async () => {
    const world = new World()
    const host = await world.start('a')
    const broken = streamsOf(host).map(stream$ => record(stream$.pipe(map(fail))))
    const others = streamsOf(host).map(record)
    await stir(world, host)
    for (const { values, end, error } of broken)
      expect({ values, end, error }).toEqual({ values: [], end: 'error', error: thrown })
    await told()
    expect(unhandled).toEqual([])
    const { index } = await world.run(host.log.append('y'))
    expect(others[0]?.values.at(-1)).toMatchObject({ index, payload: 'y' })
    expect(others.map(({ end }) => end)).toEqual(others.map(() => undefined))
    await world.stop(host)
  })

  it('without a handler of errors is told as uncaught when the host fails, and the rest is let go of', async () => {
    const world = new World()
    const host = await world.start('a')
    host.committed$.subscribe(fail)
    const events = record(host.events$)
    world.disk('a').failNextWrite()
    await world.fails(host.log.append('x'))
    await world.until(() => events.end === 'complete')
    await world.stop(host)
    await told()
    expect(unhandled).toMatchObject([{ code: 'KAYAK_STORAGE_FAILED' }])
    expect(await world.leftovers()).toBe(0)
  })

  it("leaves RxJS's global config alone", async () => {
    const before = { ...config }
    const world = new World()
    const host = await world.start('a')
    await stir(world, host)
    await world.stop(host)
    expect({ ...config }).toEqual(before)
  })

  it('in a loop over entries ends that loop', async () => {
    const world = new World()
    const host = await world.start('a')
    await world.run(host.log.append('x'))
    const looping = async (): Promise<void> => {
      for await (const entry of host.log.entries()) if (entry.index > 0) fail()
    }
    await expect(world.run(looping())).rejects.toBe(thrown)
    expect((await world.run(host.log.append('y'))).payload).toBe('y')
    await world.stop(host)
    expect(await world.leftovers()).toBe(0)
  })
})

describe('a consumer that is slow', () => {
  it('asynchronously holds up nobody: appends go on, and so do the other consumers', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const slow = b.log.entries()[Symbol.asyncIterator]()
    const consumed: unknown[] = []
    const consuming = (async () => {
      for (let at = 0; at < 5; at++) {
        const { value } = (await slow.next()) as IteratorYieldResult<{ payload: unknown }>
        await new Promise<void>(resolve => world.clock.schedule(resolve, 10 * T))
        consumed.push(value.payload)
      }
    })()
    const quick = record(b.committed$)
    const begun = world.clock.now()
    for (let at = 0; at < 5; at++) await world.run(b.log.append(at.toString()))
    expect(world.clock.now() - begun).toBeLessThan(10 * T)
    expect(quick.values).toHaveLength(5)
    expect(consumed).toEqual([])
    await world.run(consuming)
    expect(consumed).toEqual(quick.values.map(({ payload }) => payload))
    expect(a.role).toBe('leader')
    await world.stop(a, b)
  })

  it('synchronously, for longer than the election timeout, costs its member the leadership, and it says so', async () => {
    const world = new World()
    const held = new ProcessClock(world.clock, () => {})
    const a = await world.run(start('127.0.0.1:7001', world.options('a', { electionTimeoutMs: T, clock: held })))
    const b = await world.join('b', [a])
    const c = await world.join('c', [a])
    const events = record(a.events$)
    const waiting = watch(a.log.append('x', { timeoutMs: 60_000 }))
    held.pause()
    await world.pass(3 * T)
    const leader = await world.leaderOf([b, c])
    held.resume()
    await world.until(() => waiting.settled)
    expect([a.role, a.leader]).toEqual(['follower', leader.self])
    expect(waiting.value?.payload).toBe('x')
    const [stalled] = events.values.filter(event => event.type === 'stalled')
    expect(stalled?.heldMs).toBeGreaterThan(2 * T)
    expect(events.values.some(({ type }) => type === 'stepped-down')).toBe(true)
    expect(await world.everything(b)).toMatchObject([{ payload: 'x' }])
    await world.stop(a, b, c)
  })

  it('synchronously, but for less, costs nothing', async () => {
    const world = new World()
    const held = new ProcessClock(world.clock, () => {})
    const a = await world.run(start('127.0.0.1:7001', world.options('a', { electionTimeoutMs: T, clock: held })))
    const b = await world.join('b', [a])
    const events = record(a.events$)
    for (let round = 0; round < 10; round++) {
      held.pause()
      await world.pass(T / 2)
      held.resume()
      await world.pass(T / 2)
    }
    expect(a.role).toBe('leader')
    expect(events.values).toEqual([])
    await world.stop(a, b)
  })
})
