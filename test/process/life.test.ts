import { createConnection, createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { failing, Harbour, type MemberProcess } from './process'

const at = ({ self }: MemberProcess): string => self.address
const portOf = ({ self }: MemberProcess): number => Number(self.address.split(':')[1])

describe('a member in a process of its own', () => {
  const harbour = new Harbour()
  beforeEach(() => harbour.open())
  afterEach(() => harbour.close())

  it('ends by itself once it has stopped, with nothing left that keeps it running', async () => {
    const members = await harbour.grow(3)
    await Promise.all(members.map(member => member.ask('append', { payload: at(member) })))
    for (const member of members) {
      await member.ask('stop', undefined)
      expect(await member.ended).toBe(0)
    }
  })

  it('goes on where all had stopped, or had been killed at once', async () => {
    const members = await harbour.grow(3)
    const first = await members[0]?.ask('append', { payload: 'before' })
    await Promise.all(members.map(member => member.ask('stop', undefined)))
    await Promise.all(members.map(member => member.ended))
    const again = await Promise.all(['a', 'b', 'c'].map(name => harbour.start(name)))
    expect(again.map(({ self }) => self)).toEqual(members.map(({ self }) => self))
    await again[1]?.ask('append', { payload: 'between' })
    await Promise.all(again.map(member => member.kill()))
    const third = await Promise.all(['a', 'b', 'c'].map(name => harbour.start(name)))
    await third[2]?.ask('append', { payload: 'after' })
    for (const member of third) {
      const lines = (await member.ask('read', undefined)).filter(({ payload }) => payload !== 'the end')
      expect(lines.map(({ payload }) => payload)).toEqual(['before', 'between', 'after'])
      expect(lines[0]?.index).toBe(first)
    }
  })

  it('leaves by close, ends by itself, and is not let in again by its folder', async () => {
    const [a, b, c] = await harbour.grow(3)
    if (a === undefined || b === undefined || c === undefined) throw new Error('The cluster has not grown.')
    await c.ask('close', undefined)
    expect(await c.ended).toBe(0)
    expect((await b.ask('view', undefined)).roster.voters.map(({ id }) => id)).not.toContain(c.self.id)
    expect(await failing(harbour.start('c'))).toMatchObject({ code: 'KAYAK_LEFT' })
    expect(await failing(harbour.start('c', { peers: [at(a)] }))).toMatchObject({ code: 'KAYAK_LEFT' })
    await a.ask('append', { payload: 'without it' })
  })

  it('leaves as the leader, and the others go on', async () => {
    const [a, b] = await harbour.grow(3)
    if (a === undefined || b === undefined) throw new Error('The cluster has not grown.')
    await a.ask('append', { payload: 'x' })
    expect((await a.ask('view', undefined)).role).toBe('leader')
    await a.ask('close', undefined)
    expect(await a.ended).toBe(0)
    await b.ask('append', { payload: 'y' })
    expect((await b.ask('view', undefined)).roster.voters).toHaveLength(2)
  })

  it('that is the last voter closes without leaving, and goes on when it is started again', async () => {
    const a = await harbour.start('a')
    await a.ask('append', { payload: 'x' })
    await a.ask('close', undefined)
    expect(await a.ended).toBe(0)
    const again = await harbour.start('a')
    expect(again.self).toEqual(a.self)
    expect((await again.ask('read', undefined)).map(({ payload }) => payload)).toEqual(['x', 'the end'])
  })

  it('has its folder to itself, and gives it back to the next even when it is killed', async () => {
    const a = await harbour.start('a')
    const second = harbour.launch('a')
    expect(await failing(second.ready())).toMatchObject({ code: 'KAYAK_LOCKED' })
    expect(await second.ended).toBe(0)
    await a.ask('append', { payload: 'unharmed' })
    await a.kill()
    expect((await harbour.start('a')).self).toEqual(a.self)
  })

  it('refuses a port in use by name, and leaves nothing behind', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    // a server on TCP has an address with a port
    const { port } = server.address() as AddressInfo
    const a = await harbour.start('a')
    for (const peers of [undefined, [at(a)]]) {
      const refused = harbour.launch('b', { address: `127.0.0.1:${port}`, ...(peers && { peers }) })
      expect(await failing(refused.ready())).toMatchObject({
        code: 'KAYAK_ADDRESS_IN_USE',
        message: expect.stringContaining(`127.0.0.1:${port}`) as string,
      })
      expect(await refused.ended).toBe(0)
    }
    server.close()
    await once(server, 'close')
    const b = await harbour.start('b', { address: `127.0.0.1:${port}`, peers: [at(a)] })
    expect(at(b)).toBe(`127.0.0.1:${port}`)
    expect((await a.ask('view', undefined)).roster.voters).toHaveLength(2)
  })

  it('refuses to join where nobody answers, by the deadline', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    // as above
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const lost = harbour.launch('b', { peers: [`127.0.0.1:${port}`], options: { joinTimeoutMs: 700 } })
    expect(await failing(lost.ready())).toMatchObject({ code: 'KAYAK_TIMEOUT' })
    expect(await lost.ended).toBe(0)
  })

  it('refuses a folder of another cluster', async () => {
    const a = await harbour.start('a')
    const other = await harbour.start('other')
    const b = await harbour.start('b', { peers: [at(other)] })
    // nobody of its own cluster is there, who would take it back whatever its peers are
    for (const member of [b, other]) {
      await member.ask('stop', undefined)
      await member.ended
    }
    expect(await failing(harbour.start('b', { peers: [at(a)] }))).toMatchObject({ code: 'KAYAK_OTHER_CLUSTER' })
    expect((await a.ask('view', undefined)).roster.voters).toHaveLength(1)
  })

  it('refuses who has the wrong secret', async () => {
    const a = await harbour.start('a', { options: { secret: 'right' } })
    const options = { secret: 'wrong', joinTimeoutMs: 10_000 }
    const stranger = harbour.launch('b', { peers: [at(a)], options })
    expect(await failing(stranger.ready())).toMatchObject({ code: 'KAYAK_NOT_AUTHORIZED' })
    expect(await stranger.ended).toBe(0)
    const b = await harbour.start('c', { peers: [at(a)], options: { secret: 'right' } })
    await b.ask('append', { payload: 'let in' })
  })

  it('refuses an address that another member has', async () => {
    const [a, b] = await harbour.grow(3)
    if (a === undefined || b === undefined) throw new Error('The cluster has not grown.')
    await b.kill()
    const taken = harbour.launch('d', { address: at(b), peers: [at(a)] })
    expect(await failing(taken.ready())).toMatchObject({
      code: 'KAYAK_ADDRESS_TAKEN',
      message: expect.stringContaining(b.self.id) as string,
    })
  })

  it('keeps an append from being promised without a majority, and keeps to the deadline', async () => {
    const [a, b, c] = await harbour.grow(3)
    if (a === undefined || b === undefined || c === undefined) throw new Error('The cluster has not grown.')
    await Promise.all([b.kill(), c.kill()])
    expect(await failing(a.ask('append', { payload: 'x', timeoutMs: 900 }))).toMatchObject({ code: 'KAYAK_TIMEOUT' })
    await harbour.start('b')
    await a.ask('append', { payload: 'y' })
  })

  it('removes one that is dead', async () => {
    const [a, b, c] = await harbour.grow(3)
    if (a === undefined || b === undefined || c === undefined) throw new Error('The cluster has not grown.')
    await c.kill()
    await b.ask('remove', { id: c.self.id })
    expect((await b.ask('view', undefined)).roster.voters.map(({ id }) => id).sort()).toEqual(
      [a.self.id, b.self.id].sort(),
    )
    await a.ask('append', { payload: 'two are left' })
  })

  it('is not impressed by garbage on its port', async () => {
    // so long that no machine is so slow that they would elect anew for any other reason
    const [a, b, c] = await harbour.grow(3, { electionTimeoutMs: 60_000 })
    if (a === undefined || b === undefined || c === undefined) throw new Error('The cluster has not grown.')
    const before = await a.ask('view', undefined)
    const garbage = [
      randomBytes(70_000),
      Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      Buffer.from(
        `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n${'x'.repeat(999)}`,
      ),
      Buffer.alloc(5000),
    ]
    for (const bytes of garbage)
      for (const member of [a, b, c]) {
        const socket = createConnection(portOf(member), '127.0.0.1')
        // whoever is cut off in the middle of a sentence may be told so by an error
        socket.on('error', () => undefined)
        await once(socket, 'connect')
        socket.resume()
        const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
        socket.end(bytes)
        await closed
      }
    await Promise.all([a, b, c].map((member, at) => member.ask('append', { payload: `${at}` })))
    const after = await a.ask('view', undefined)
    expect([after.term, after.leader]).toEqual([before.term, before.leader])
  })

  it('leaves no more in its folder each time that it is started', async () => {
    const kinds = async (): Promise<readonly string[]> =>
      (await readdir(harbour.folder('a'), { recursive: true })).map(name => name.replace(/\d+/g, 'N')).sort()
    const seen: (readonly string[])[] = []
    for (let life = 0; life < 3; life++) {
      const a = await harbour.start('a')
      await a.ask('append', { payload: 'x' })
      await a.ask('stop', undefined)
      await a.ended
      seen.push(await kinds())
    }
    expect(seen[2]).toEqual(seen[1])
  })
})
