import { firstValueFrom, filter, take, toArray } from 'rxjs'
import { isKayakError, type Entry } from 'kayak'
import { Cluster, failing } from './cluster'

describe('a client', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.stop())

  it('appends through any member, and hears what commits before that is answered', async () => {
    const [a, b, c] = await cluster.trio()
    for (const host of [a, b, c]) {
      const client = await cluster.connect([host])
      expect(client.connected).toEqual(host.self)
      const heard: Entry[] = []
      client.committed$.subscribe(entry => heard.push(entry))
      const entry = await client.log.append(`through ${host.self.id}`)
      expect(heard).toEqual([entry])
      expect(client.log.committed).toBeGreaterThanOrEqual(entry.index)
      expect(client.token.endsWith(`:${String(client.log.committed)}`)).toBe(true)
    }
    const all = await firstValueFrom(a.log.listen().pipe(take(3), toArray()))
    expect(all.map(({ payload }) => payload)).toEqual([a, b, c].map(({ self }) => `through ${self.id}`))
  })

  it('listens to history and to what commits, in an iterator too', async () => {
    const a = await cluster.start()
    for (let at = 0; at < 20; at++) await a.log.append(`entry ${at}`)
    const client = await cluster.connect([a])
    const heard: string[] = []
    client.log.listen().subscribe(({ payload }) => heard.push(String(payload)))
    const own = await client.log.append(new Uint8Array([1, 2, 3]))
    expect(own.payload).toEqual(new Uint8Array([1, 2, 3]))
    await client.log.append('the end')
    const read: string[] = []
    for await (const { payload } of client.log.entries(1)) {
      read.push(String(payload))
      if (payload === 'the end') break
    }
    expect(read).toEqual([...Array.from({ length: 20 }, (_, at) => `entry ${at}`), '1,2,3', 'the end'])
    await firstValueFrom(client.log.listen().pipe(filter(({ payload }) => payload === 'the end')))
    expect(heard).toEqual(read)
  })

  it('applies an append with an id once, and is answered with what was appended first', async () => {
    const [a, b] = await cluster.trio()
    const [one, other] = [await cluster.connect([a]), await cluster.connect([b])]
    const id = { session: 'till', number: 7 }
    const since = one.log.committed
    const first = await one.log.append('coffee', { id, since })
    expect(await other.log.append('tea', { id, since })).toEqual(first)
    expect(await a.log.append('milk', { id, since })).toEqual(first)
    const named = await a.log.append('by name', { id: 'a name' })
    expect(await other.log.append('by name', { id: 'a name' })).toEqual(named)
  })

  it('goes on through another member when its own stops, without a gap or a double', async () => {
    const [a, b, c] = await cluster.trio()
    const client = await cluster.connect([a])
    const [hot, cold]: [number[], number[]] = [[], []]
    client.committed$.subscribe(({ index }) => hot.push(index))
    client.log.listen().subscribe(({ index }) => cold.push(index))
    const indexes: number[] = []
    for (let at = 0; at < 10; at++) indexes.push((await client.log.append(`before ${at}`)).index)
    const stopping = a.stop()
    for (let at = 0; at < 10; at++) indexes.push((await client.log.append(`after ${at}`)).index)
    await stopping
    expect([b.self.id, c.self.id]).toContain(client.connected?.id)
    expect(hot).toEqual(indexes)
    await firstValueFrom(client.log.listen(indexes.at(-1)))
    expect(cold).toEqual(indexes)
    expect(new Set(indexes).size).toBe(20)
  })

  it('fails by its deadline where nobody answers: unknown once it was sent, rejected before', async () => {
    const [a, b, c] = await cluster.trio()
    const client = await cluster.connect([a])
    await Promise.all([b.stop(), c.stop()])
    expect(await failing(client.log.append('sent', { timeoutMs: 500 }))).toMatchObject({
      code: 'KAYAK_TIMEOUT',
      outcome: 'unknown',
    })
    expect(await failing(client.sync.barrier({ timeoutMs: 300 }))).toMatchObject({
      code: 'KAYAK_TIMEOUT',
      outcome: 'rejected',
    })
    await a.stop()
    await firstValueFrom(client.connected$.pipe(filter(connected => connected === undefined)))
    expect(await failing(client.log.append('not sent', { timeoutMs: 300 }))).toMatchObject({
      code: 'KAYAK_TIMEOUT',
      outcome: 'rejected',
    })
  })

  it('settles everything when it stops', async () => {
    const [a, b, c] = await cluster.trio()
    const client = await cluster.connect([a])
    await Promise.all([b.stop(), c.stop()])
    const ended: string[] = []
    client.committed$.subscribe({ complete: () => ended.push('committed') })
    client.log.listen().subscribe({ complete: () => ended.push('listen') })
    client.events$.subscribe({ complete: () => ended.push('events') })
    const entries = client.log.entries(1_000_000)[Symbol.asyncIterator]().next()
    const append = failing(client.log.append('x'))
    const barrier = failing(client.sync.barrier())
    await client.stop()
    expect(await append).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'unknown' })
    expect(await barrier).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
    expect(await entries).toEqual({ done: true, value: undefined })
    expect(ended.sort()).toEqual(['committed', 'events', 'listen'])
    expect(client.connected).toBeUndefined()
    expect(await failing(client.log.append('y'))).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
  })

  it('is refused what a host would refuse', async () => {
    const a = await cluster.start({ maxPayloadBytes: 1000 })
    const client = await cluster.connect([a])
    const wrong: readonly (() => Promise<unknown>)[] = [
      () => client.log.append(7 as unknown as string),
      () => client.log.append('x', { id: '' }),
      () => client.log.append('x', { since: 1 }),
      () => client.log.append('x', { id: { session: 's', number: 0 } }),
      () => client.log.append('x', { id: 'x'.repeat(1025) }),
      () => client.log.append('x', { timeoutMs: 0 }),
      () => client.log.append('x', { id: null as unknown as string }),
      () => client.sync.barrier(null as unknown as object),
      () => client.read(() => 1, 'fresh' as 'stale'),
      () => client.read(() => 1, 'bounded'),
      () => client.read(() => 1, 'stale', { token: client.token }),
      () => client.read(() => 1, 'session', { token: 'rubbish' }),
      () => client.read(() => 1, 'lease'),
    ]
    for (const call of wrong)
      expect([String(call), (await failing(call())).code]).toEqual([String(call), 'KAYAK_INVALID'])
    expect(await failing(client.log.append('x'.repeat(1001)))).toMatchObject({
      code: 'KAYAK_PAYLOAD_TOO_LARGE',
      outcome: 'rejected',
    })
    expect((await client.log.append('x'.repeat(1000))).payload).toHaveLength(1000)
    expect(() => client.log.entries(-1)).toThrow('An index to listen from')
    await expect(firstValueFrom(client.log.listen(0.5))).rejects.toMatchObject({ code: 'KAYAK_INVALID' })
    expect(isKayakError(await failing(client.log.append('', { id: '' })))).toBe(true)
  })
})
