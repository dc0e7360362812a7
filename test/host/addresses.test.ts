import { start } from 'kayak'
import { T, World } from './world.js'

describe('addresses', () => {
  it.each([
    ['127.0.0.1:7001', '127.0.0.1:7001'],
    ['localhost:7001', 'localhost:7001'],
    [':10240', '127.0.0.1:10240'],
    ['[::1]:7001', '[::1]:7001'],
    ['a-name.example_1:65535', 'a-name.example_1:65535'],
  ])('are written like %s', async (address, advertised) => {
    const world = new World()
    const host = await world.start('a', {}, address)
    expect(host.self.address).toBe(advertised)
    expect(host.roster.voters).toEqual([host.self])
    await world.stop(host)
  })

  it.each([10n, Symbol('host:1'), Object.create(null)])('are refused where they can’t even be shown', async address => {
    const world = new World()
    // as below
    const error = await world.fails(start(address as string, world.options('a')))
    expect(error.code).toBe('KAYAK_INVALID')
  })

  it.each([
    ...['', ':', 'host', 'host:', '7001', 'host:port', 'host:-1', 'host:65536', 'host:1.5', 'host:0x10', 'host: 1'],
    ...['::1:7001', '[::1', '[::1]', '[]:1', '[zz]:1', 'a b:1', 'http://host:1', 'host/path:1', 'user@host:1', ' :1'],
    ...['host:1\n', 'hôst:1', `${'a'.repeat(256)}:1`, 'host:000001', 42, null, undefined, {}, ['host:1']],
  ])('are refused like %j', async address => {
    const world = new World()
    // whoever writes JavaScript may pass anything
    const opening = start(address as string, world.options('a'))
    const error = await world.fails(opening)
    expect(error.code).toBe('KAYAK_INVALID')
    if (typeof address === 'string') expect(error.message).toContain(JSON.stringify(address))
    expect(world.disk('a').identity).toBeUndefined()
  })

  it('of port 0 take the recorded port again', async () => {
    const world = new World()
    const before = await world.start('a', {}, '127.0.0.1:0')
    await world.stop(before)
    const other = await world.start('b', {}, '127.0.0.1:0')
    expect(other.self.address).toBe(before.self.address)
    expect(await world.fails(world.start('a', {}, '127.0.0.1:0'))).toMatchObject({ code: 'KAYAK_ADDRESS_IN_USE' })
    await world.stop(other)
    const after = await world.start('a', {}, '127.0.0.1:0')
    expect(after.self.address).toBe(before.self.address)
    await world.stop(after)
    const named = await world.start('a', {}, before.self.address)
    await world.stop(named)
    const port = before.self.address.split(':')[1] ?? ''
    const short = await world.start('a', {}, `:${port}`)
    expect(short.self.address).toBe(before.self.address)
    await world.stop(short)
  })

  it.each([
    ['127.0.0.1:7002', {}, '127.0.0.1:7002'],
    [':7002', {}, '127.0.0.1:7002'],
    ['0.0.0.0:7002', {}, '127.0.0.1:7002'],
    ['127.0.0.2:7001', {}, '127.0.0.2:7001'],
    ['127.0.0.2:0', {}, '127.0.0.2:7001'],
    ['localhost:7001', {}, 'localhost:7001'],
    ['127.0.0.1:7001', { advertise: 'example:80' }, 'example:80'],
    [':0', { advertise: 'example:80' }, 'example:80'],
  ])('may be others each time: %s %j', async (address, more, advertised) => {
    const world = new World()
    const before = await world.start('a', {}, '127.0.0.1:7001')
    await world.stop(before)
    const after = await world.start('a', more, address)
    expect(after.self).toEqual({ id: before.self.id, address: advertised })
    await world.until(() => after.roster.voters[0]?.address === advertised)
    await world.stop(after)
    const again = await world.join('a', ['127.0.0.1:9'], {}, ':0')
    expect(again.self).toEqual(after.self)
    await world.stop(again)
    expect(await world.leftovers()).toBe(0)
  })

  it('are those that others dial where advertise says so', async () => {
    const world = new World()
    const a = await world.start('a', { advertise: 'a.example:80' }, '127.0.0.1:7001')
    expect(a.self.address).toBe('a.example:80')
    const b = await world.join('b', [a], { advertise: 'b.example:80' }, '127.0.0.1:7002')
    expect(b.roster.voters.map(({ address }) => address).sort()).toEqual(['a.example:80', 'b.example:80'])
    await world.stop(b)
    const again = await world.start('b', { advertise: 'b.example:80' }, '127.0.0.1:7002')
    expect((await world.run(again.log.append('x'))).payload).toBe('x')
    await world.stop(again)
    const silent = await world.start('b', {}, '127.0.0.1:7002')
    expect(silent.self.address).toBe('b.example:80')
    await world.stop(a, silent)
  })

  it('in use are refused, and nothing is kept open', async () => {
    const world = new World()
    const a = await world.start('a', {}, '127.0.0.1:7001')
    expect(await world.fails(world.start('b', { electionTimeoutMs: T }, '127.0.0.1:7001'))).toMatchObject({
      code: 'KAYAK_ADDRESS_IN_USE',
      outcome: 'rejected',
      retryable: true,
    })
    await world.stop(a)
    expect(await world.leftovers()).toBe(0)
    await world.stop(await world.start('b', {}, '127.0.0.1:7001'))
  })
})
