import { connect } from 'kayak'
import { firstValueFrom, filter } from 'rxjs'
import { placeOf } from '../../plugins/transport-socketio/client/place'
import { Cluster, failing } from './cluster'
import { Proxy } from './proxy'

describe('the URL of a member', () => {
  it.each([
    ['ws://10.0.0.1:7000', 'ws://10.0.0.1:7000', '/kayak-client'],
    ['ws://[::1]:7000/', 'ws://[::1]:7000', '/kayak-client'],
    ['wss://flags.example.com', 'wss://flags.example.com', '/kayak-client'],
    ['wss://flags.example.com/members/2/', 'wss://flags.example.com', '/members/2/kayak-client'],
  ])('%s is asked at %s for %s', (url, origin, path) => {
    expect(placeOf(url)).toEqual({ origin, path })
  })

  it.each(['', 'flags.example.com:443', '/members/2', 'https://flags.example.com'])('"%s" is none', url => {
    expect(() => placeOf(url)).toThrow('is no ws: or wss: URL')
  })
})

describe('a client that reaches members by another way than they do', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.stop())

  it('follows them by it, from one to the next', async () => {
    const [a, b, c] = await cluster.trio()
    const proxy = await Proxy.open()
    cluster.keep({ stop: () => proxy.close() })
    const asked: string[] = []
    const url = (address: string): string => {
      asked.push(address)
      return proxy.url(address)
    }
    const client = await cluster.connect([a], { url })
    const { index } = await client.log.append('through the proxy')
    await a.stop()
    await firstValueFrom(client.connected$.pipe(filter(member => member !== undefined && member.id !== a.self.id)))
    expect((await client.log.append('through another')).index).toBeGreaterThan(index)
    expect(proxy.passed).toBeGreaterThanOrEqual(2)
    expect([b, c].some(({ self }) => asked.includes(self.address))).toBe(true)
  })

  it('is told of a URL that is none', async () => {
    const a = await cluster.start()
    const failure = await failing(connect([a.self.address], { url: address => `http://${address}` }))
    expect(failure).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected' })
    expect(failure.message).toContain('is no ws: or wss: URL')
    const thrown = (): string => {
      throw new Error('no such member')
    }
    expect((await failing(connect([a.self.address], { url: thrown }))).message).toContain('no such member')
    // whoever calls from JavaScript
    const wrong = { url: 'ws://127.0.0.1:1' } as unknown as { url: () => string }
    expect(await failing(connect([a.self.address], wrong))).toMatchObject({ code: 'KAYAK_INVALID' })
  })
})
