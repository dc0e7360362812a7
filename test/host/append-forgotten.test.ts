import type { Host } from 'kayak'
import { lowerLimits } from '../../lib/testing/cluster'
import { T, watch, World } from './world.js'

const SESSIONS = 4
let restore = (): void => undefined
beforeEach(
  () =>
    (restore = lowerLimits({
      sessions: SESSIONS,
      undatedSessions: SESSIONS,
      sessionIdleMs: 10 * T,
      sessionSpanEntries: 1,
    })),
)
afterEach(() => restore())

/** Appends under so many new ids, each dated. */
async function crowd(world: World, { log }: Host, count = 2 * SESSIONS): Promise<void> {
  for (let at = 0; at < count; at++) {
    const since = log.committed
    await world.run(log.append('other', { id: `other ${String(since)}`, since }))
  }
}

describe('an append whose session may be forgotten', () => {
  it('fails, its outcome unknown, and is not applied again, through whichever member', async () => {
    const world = new World()
    const hosts = await world.trio()
    const [a, b, c] = hosts
    const once = { id: 'once', since: a.log.committed }
    const first = await world.run(a.log.append('once', once))
    expect(await world.run(c.log.append('once', once))).toEqual(first)
    await crowd(world, b)
    for (const host of hosts) {
      const failed = await world.fails(host.log.append('once', once))
      expect(failed).toMatchObject({ code: 'KAYAK_SESSION_EXPIRED', outcome: 'unknown', retryable: false })
    }
    const entries = await world.everything(b)
    expect(entries.filter(({ payload }) => payload === 'once')).toEqual([first])
    await world.stop(...hosts)
  })

  it('is taken where it was made up after all that were forgotten', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const old = a.log.committed
    await crowd(world, a)
    expect((await world.fails(b.log.append('x', { id: 'new', since: old }))).code).toBe('KAYAK_SESSION_EXPIRED')
    expect(await world.run(b.log.append('x', { id: 'new', since: b.log.committed }))).toMatchObject({ payload: 'x' })
    await world.stop(a, b)
  })

  it('is forgotten by the time of the log, when that has gone on, and not by a clock', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const once = { id: { session: 'till', number: 1 }, since: a.log.committed }
    const first = await world.run(a.log.append('once', once))
    await world.pass(20 * T)
    expect(await world.run(b.log.append('once', once))).toEqual(first)
    await world.run(a.log.append('time goes on'))
    const failed = await world.fails(b.log.append('twice', { ...once, id: { session: 'till', number: 2 } }))
    expect(failed.code).toBe('KAYAK_SESSION_EXPIRED')
    await world.stop(a, b)
  })

  it('is forgotten by a member that was down meanwhile, and by one that begins with a snapshot', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const once = { id: 'once', since: a.log.committed }
    await world.run(a.log.append('once', once))
    await world.stop(c)
    await crowd(world, a)
    await world.run(a.log.compact(a.log.committed, [new Uint8Array(1)]))
    const again = await world.join('c', [a, b])
    const joined = await world.join('d', [a, b])
    for (const host of [again, joined])
      expect((await world.fails(host.log.append('once', once))).code).toBe('KAYAK_SESSION_EXPIRED')
    await world.stop(a, b, again, joined)
  })

  it('has a date: the same id at another is another append', async () => {
    const world = new World()
    const a = await world.start('a')
    const first = await world.run(a.log.append('x', { id: 'x', since: 0 }))
    const other = await world.run(a.log.append('x', { id: 'x', since: a.log.committed }))
    const plain = await world.run(a.log.append('x', { id: 'x' }))
    expect(new Set([first.index, other.index, plain.index]).size).toBe(3)
    expect(await world.run(a.log.append('x', { id: 'x', since: 0 }))).toEqual(first)
    await world.stop(a)
  })

  it('is not taken where its date has not come yet', async () => {
    const world = new World()
    const a = await world.start('a')
    const failed = await world.fails(a.log.append('x', { id: 'x', since: a.log.head + 10, timeoutMs: 500 }))
    expect(failed.code).toBe('KAYAK_SESSION_EXPIRED')
    await crowd(world, a)
    await world.stop(a)
  })
})

describe('appends under ids without a date', () => {
  it('are taken until there are too many, which is told; then only those that are known', async () => {
    const world = new World()
    const a = await world.start('a')
    const told: string[] = []
    a.events$.subscribe(({ type }) => void told.push(type))
    for (let at = 0; at < SESSIONS; at++) await world.run(a.log.append('x', { id: String(at) }))
    await world.pass(20 * T)
    expect(await world.run(a.log.append('x', { id: '0' }))).toMatchObject({ payload: 'x' })
    expect(told).not.toContain('names-forgotten')
    await world.run(a.log.append('x', { id: 'one more' }))
    expect(told.filter(type => type === 'names-forgotten')).toHaveLength(1)
    for (const id of ['0', 'new'])
      expect((await world.fails(a.log.append('x', { id }))).code).toBe('KAYAK_SESSION_EXPIRED')
    expect(await world.run(a.log.append('x', { id: 'one more' }))).toMatchObject({ payload: 'x' })
    expect(await world.run(a.log.append('x', { id: 'new', since: a.log.committed }))).toMatchObject({ payload: 'x' })
    await world.stop(a)
  })
})

describe('appends without an id', () => {
  it('go on, whatever was forgotten: by time, by number, and while some wait', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    for (let round = 0; round < 3; round++) {
      const waiting = watch(b.log.append('together'))
      await world.run(b.log.append('mine'))
      await world.until(() => waiting.settled)
      expect(waiting.error).toBeUndefined()
      await crowd(world, a)
      await world.run(b.log.append('mine'))
      await world.pass(20 * T)
      await crowd(world, a, 1)
      await world.run(b.log.append('mine'))
    }
    await world.stop(a, b)
  })

  it('are taken where somebody comes back once a day, as are those of newcomers', async () => {
    restore()
    restore = lowerLimits({ sessionIdleMs: 10 * T })
    const world = new World()
    for (let day = 1; day <= 5; day++) {
      const a = await world.start('a')
      await world.run(a.log.append(`day ${String(day)}`))
      const since = a.log.committed
      await world.run(a.log.append('named', { id: `day ${String(day)}`, since }))
      await world.stop(a)
      await world.pass(11 * T)
    }
    const a = await world.start('a')
    await world.run(a.log.append('last'))
    const b = await world.join('b', [a])
    await world.run(b.log.append('first of a newcomer'))
    await world.stop(a, b)
  })

  it('are taken from a member that has been down while much was forgotten, before it has caught up', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.run(c.log.append('before'))
    await world.run(c.log.compact(c.log.committed, [new Uint8Array(1)]))
    await world.stop(c)
    await crowd(world, a)
    await world.pass(20 * T)
    await crowd(world, a)
    const again = await world.start('c')
    await world.run(Promise.all(['one', 'two'].map(line => again.log.append(line))))
    await world.stop(a, b, again)
  })
})
