import { join, start, type Options } from 'kayak'
import { containing, T, World } from './world.js'

const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  dataDir: ['', 'a\0b', 42, null],
  storage: [null, 'memory', {}, () => ({})],
  transport: [null, 42, {}],
  codec: [null, {}, { encode: () => new Uint8Array() }],
  advertise: ['', 'nowhere', 'host:0', 'host:65536', 42, null],
  secret: ['', 'a\0b', 42, null],
  insecure: ['yes', 1, null],
  electionTimeoutMs: [0, 9, -1, 1.5, NaN, Infinity, '1000', null, 24 * 60 * 60 * 1000 + 1],
  heartbeatMs: [0, -1, 0.5, T / 3 + 1, '10', null],
  timeoutMs: [0, -1, 1.5, NaN, '10', null],
  joinTimeoutMs: [0, -1, 1.5, NaN, '10', null],
  maxPayloadBytes: [0, -1, 1.5, 8 * 1024 * 1024 + 1, '10', null],
  signal: [{}, 'now', null],
  log: [console.log, {}, null],
  clock: [{}, 5, null],
  random: [{}, Math.random, null],
  dataDirectory: ['data'],
  __proto__: [],
}

const CASES = Object.entries(WRONG).flatMap(([name, values]) => values.map(value => [name, value] as const))

describe('options', () => {
  it.each(CASES)('are refused by name: %s %p', async (name, value) => {
    const world = new World()
    // whoever writes JavaScript may pass anything
    const options = { ...world.options('a', { electionTimeoutMs: T }), [name]: value } as Options
    for (const opening of [start('127.0.0.1:0', options), join('127.0.0.1:0', ['127.0.0.1:1'], options)])
      expect(await world.fails(opening)).toMatchObject({ code: 'KAYAK_INVALID', message: containing(name) })
    expect(world.clock.pending).toBe(0)
    expect(world.disk('a').identity).toBeUndefined()
  })

  it.each([null, 42, 'data', [], () => ({})])('are an object, not %p', async options => {
    // as above
    await expect(start('127.0.0.1:0', options as Options)).rejects.toMatchObject({ code: 'KAYAK_INVALID' })
  })

  it('that throw when they are read are refused', async () => {
    const options = {
      get timeoutMs(): number {
        throw new Error('no')
      },
    }
    for (const opening of [start('127.0.0.1:0', options), join('127.0.0.1:0', ['127.0.0.1:1'], options)])
      await expect(opening).rejects.toMatchObject({
        code: 'KAYAK_INVALID',
        outcome: 'rejected',
        cause: new Error('no'),
      })
  })

  it('that are undefined are as if left out', async () => {
    const world = new World()
    const none = Object.fromEntries(Object.keys(WRONG).map(name => [name, undefined]))
    delete none['dataDirectory']
    const host = await world.run(start('127.0.0.1:0', { ...none, ...world.options('a') }))
    expect((await world.run(host.log.append('x'))).payload).toBe('x')
    await world.stop(host)
  })

  it('need a dataDir with port 0, unless there is a storage', async () => {
    await expect(start('127.0.0.1:0')).rejects.toMatchObject({ code: 'KAYAK_INVALID', message: containing('dataDir') })
    await expect(start('127.0.0.1:0', {})).rejects.toMatchObject({ message: containing('dataDir') })
  })

  it('set the deadline of operations that name none', async () => {
    const world = new World()
    const [a, b] = await world.pair({ timeoutMs: 777 })
    await world.stop(b)
    const begun = world.clock.now()
    expect(await world.fails(a.log.append('x'))).toMatchObject({ code: 'KAYAK_TIMEOUT' })
    expect(world.clock.now() - begun).toBeGreaterThanOrEqual(777)
    expect(world.clock.now() - begun).toBeLessThan(877)
    await world.stop(a)
  })

  it('may slow the heartbeat down to a third of what the cluster has agreed on, without saying what that is', async () => {
    const world = new World()
    const a = await world.start('a', { electionTimeoutMs: 3000, heartbeatMs: 1000 })
    const b = await world.join('b', [a], { heartbeatMs: 500 })
    expect(b.role).toBe('follower')
    await world.stop(b)
    const again = await world.start('b', { heartbeatMs: 1000 })
    await world.stop(a, again)
    expect(await world.leftovers()).toBe(0)
    const late = { code: 'KAYAK_INVALID', message: containing('heartbeatMs') }
    expect(await world.fails(start('127.0.0.1:0', world.options('c', { heartbeatMs: 334 })))).toMatchObject(late)
    expect(world.disk('c').identity).toBeUndefined()
    expect(await world.leftovers()).toBe(0)
    await world.stop(await world.run(start('127.0.0.1:0', world.options('c', { heartbeatMs: 333 }))))
  })

  it('have a logger that is told what happens', async () => {
    const world = new World()
    const lines: string[] = []
    const write = (line: string): void => void lines.push(line)
    const host = await world.start('a', { log: { debug: write, info: write, warn: write, error: write } })
    expect(lines).toContain('leader-elected')
    await world.stop(host)
  })

  it('have a logger that can do no harm', async () => {
    const world = new World()
    const fail = (): never => {
      throw new Error('The disk of the logs is full.')
    }
    const host = await world.start('a', { log: { debug: fail, info: fail, warn: fail, error: fail } })
    expect((await world.run(host.log.append('x'))).payload).toBe('x')
    await world.stop(host)
  })
})
