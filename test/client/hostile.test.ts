import { randomBytes } from 'node:crypto'
import { Observable, map } from 'rxjs'
import type { ClientConnection, Host, HostEvent, Transport } from 'kayak'
import { socketioTransport } from 'kayak/plugins/transport-socketio'
import { encodeFrame } from '../../plugins/transport-socketio/wire'
import { LIMITS } from '../../streams/contracts/limits'
import { settle } from '../plugins/socketio/settle'
import { Stranger } from '../plugins/socketio/stranger'
import { Cluster, failing } from './cluster'
import { CLIENT_PATH, RawClient } from './raw'

const MiB = 1024 * 1024

describe('a member among clients that are hostile', () => {
  const cluster = new Cluster()
  const raws: RawClient[] = []
  afterEach(async () => {
    for (const raw of raws.splice(0)) raw.close()
    await cluster.stop()
  })

  const portOf = ({ self }: Host): number => Number(self.address.split(':')[1])

  function eventsOf(host: Host): HostEvent[] {
    const events: HostEvent[] = []
    host.events$.subscribe(event => events.push(event))
    return events
  }

  const refusals = (events: readonly HostEvent[]): readonly string[] =>
    events.flatMap(event => (event.type === 'client-refused' ? [`${event.code}: ${event.reason}`] : []))

  async function welcome(host: Host): Promise<RawClient> {
    const raw = await RawClient.welcome(host.self.address)
    raws.push(raw)
    return raw
  }

  /** It goes on: a client that is none of those is served. */
  async function expectServed(host: Host): Promise<void> {
    const client = await cluster.connect([host])
    expect((await client.log.append('well')).payload).toBe('well')
    await client.stop()
  }

  const greeting = (fields: object): Uint8Array =>
    encodeFrame(16, { version: 1, oldest: 1, nonce: '0'.repeat(64), method: 'none', ...fields })

  const before: readonly [string, readonly Uint8Array[], RegExp][] = [
    ['random bytes', [randomBytes(100)], /^KAYAK_INVALID: a frame /],
    ['no hello', [encodeFrame(18, { proof: '' })], /^KAYAK_INVALID: "proof" is out of turn/],
    ['a message for a hello', [encodeFrame(21, { type: 'snapshot', group: 0, id: 1 })], /"message" is out of turn/],
    ['the words of a member', [encodeFrame(17, { version: 1 })], /"challenge" is out of turn/],
    ['a hello with a field too many', [greeting({ more: 1 })], /^KAYAK_INVALID: more: /],
    ['a nonce that is none', [greeting({ nonce: 'x' })], /^KAYAK_INVALID: nonce: /],
    ['a version that is to come', [greeting({ version: 9, oldest: 8 })], /^KAYAK_VERSION: /],
    ['a secret that there is none', [greeting({ method: 'hmac-sha256' })], /^KAYAK_NOT_AUTHORIZED: .* no secret/],
    ['a token that nobody wants', [greeting({ method: 'token' })], /^KAYAK_NOT_AUTHORIZED: .* no tokens/],
    ['two hellos', [greeting({}), greeting({})], /"hello" is out of turn/],
    [
      'a proof of something',
      [greeting({}), encodeFrame(18, { proof: 'f'.repeat(64) })],
      /^KAYAK_NOT_AUTHORIZED: .*differ/,
    ],
    ['a proof that is none', [greeting({}), encodeFrame(18, { proof: 7 })], /^KAYAK_INVALID: proof: /],
  ]
  it.each(before)('turns away who greets it with %s', async (_, frames, why) => {
    const host = await cluster.start()
    const events = eventsOf(host)
    const raw = await RawClient.open(host.self.address)
    for (const frame of frames) raw.stranger.say(frame)
    await settle(() => raw.isClosed && refusals(events).length > 0)
    expect(refusals(events)).toEqual([expect.stringMatching(why)])
    await expectServed(host)
  })

  it('cuts off who sends too much before he is let in, and who takes too long', async () => {
    const authorize = (): Promise<boolean> => new Promise(() => undefined)
    const transport = socketioTransport({ handshakeTimeoutMs: 300 })
    const host = await cluster.start({ clients: { authorize }, transport })
    const events = eventsOf(host)
    const [talker, waiter] = [await RawClient.open(host.self.address), await RawClient.open(host.self.address)]
    talker.say('hello', { rubbish: 'x'.repeat(70_000) })
    void waiter.greet({ method: 'token' }, { proof: '', token: 'x' })
    await settle(() => talker.isClosed && waiter.isClosed)
    await settle(() => refusals(events).length > 0)
    expect(events.filter(({ type }) => type === 'client-up')).toEqual([])
  })

  it('lets pages in only from origins that are listed, as they are written', async () => {
    const host = await cluster.start({ clients: { origins: ['https://good.example'] } })
    const events = eventsOf(host)
    const from = (origin: string): Promise<Stranger | undefined> =>
      Stranger.upgrade(portOf(host), { path: CLIENT_PATH, headers: { origin } })
    for (const origin of ['https://evil.example', 'https://good.example.evil', 'null', 'http://good.example', ''])
      expect([origin, await from(origin)]).toEqual([origin, undefined])
    expect(refusals(events)[0]).toMatch(/^KAYAK_NOT_AUTHORIZED: pages from https:\/\/evil\.example/)
    const good = await from('https://good.example')
    expect(good).toBeDefined()
    good?.stream.destroy()
    // as a member no page comes in, wherever it is from
    expect(await Stranger.upgrade(portOf(host), { headers: { origin: 'https://good.example' } })).toBeUndefined()
  })

  it('lets nobody in where clients are not wanted', async () => {
    const host = await cluster.start({ clients: false })
    expect(await Stranger.upgrade(portOf(host), { path: CLIENT_PATH })).toBeUndefined()
    expect(await failing(cluster.connect([host], { timeoutMs: 500 }))).toMatchObject({ code: 'KAYAK_TIMEOUT' })
  })

  const after: readonly [string, readonly object[]][] = [
    ['of no type', [{ id: 1 }]],
    ['of another type', [{ type: 'append-entries', id: 1 }]],
    ['of a member', [{ type: 'fresh', id: 1, index: 1, visible: 1 }]],
    ['without a number', [{ type: 'snapshot' }]],
    ['with a number that is none', [{ type: 'snapshot', id: 0.5 }]],
    ['of another group', [{ type: 'snapshot', id: 1, group: 1 }]],
    ['with a field too many', [{ type: 'snapshot', id: 1, more: 1 }]],
    ['from before the log', [{ type: 'follow', id: 1, from: 0 }]],
    ['with a level that is none', [{ type: 'read', id: 1, level: 'best', timeoutMs: 1 }]],
    ['without end', [{ type: 'read', id: 1, level: 'stale', timeoutMs: 1e12 }]],
    [
      'with text for a payload',
      [{ type: 'append', id: 1, name: 'x', number: 0, payload: 'x', timeoutMs: 1, echo: false }],
    ],
    [
      'with a name too long',
      [
        {
          type: 'append',
          id: 1,
          name: 'x'.repeat(1025),
          number: 0,
          payload: new Uint8Array(1),
          timeoutMs: 1,
          echo: false,
        },
      ],
    ],
    [
      'twice under one number',
      [
        { type: 'follow', id: 1, from: 1 },
        { type: 'follow', id: 1, from: 1 },
      ],
    ],
    [
      'that takes what it was not sent',
      [
        { type: 'follow', id: 1, from: 100 },
        { type: 'more', id: 1 },
      ],
    ],
  ]
  it.each(after)('hangs up on a message %s, tells why, and goes on', async (_, messages) => {
    const host = await cluster.start()
    const events = eventsOf(host)
    const raw = await welcome(host)
    for (const message of messages) raw.ask(message)
    await settle(() => raw.isClosed && events.some(({ type }) => type === 'client-down'))
    const { reason = '' } = events.find(event => event.type === 'client-down') ?? {}
    expect(reason).toMatch(/^it (says what no client says|gives two requests|takes what it was not sent)/)
    await expectServed(host)
  })

  it('refuses a payload that its own consumers could not read, and too large ones, and is unharmed', async () => {
    const host = await cluster.start({ maxPayloadBytes: 1000 })
    host.committed$.subscribe()
    const raw = await welcome(host)
    const append = { type: 'append', name: 'x', number: 0, timeoutMs: 5000, echo: true }
    raw.ask({ ...append, id: 1, payload: new Uint8Array([9, 9]) })
    raw.ask({ ...append, id: 2, payload: new Uint8Array(0) })
    raw.ask({ ...append, id: 3, payload: new Uint8Array(1002) })
    await settle(() => raw.told('failed').length === 3)
    expect(raw.told('failed').map(({ id, code }) => [id, code])).toEqual([
      [1, 'KAYAK_INVALID'],
      [2, 'KAYAK_INVALID'],
      [3, 'KAYAK_PAYLOAD_TOO_LARGE'],
    ])
    raw.ask({ ...append, id: 4, payload: new Uint8Array(100_000) })
    await settle(() => raw.isClosed)
    await expectServed(host)
  })

  it('refuses more requests of one client than it may have, and forgets those that it cancels', async () => {
    const [a, b] = await cluster.trio()
    const host = a
    const events = eventsOf(host)
    await b.stop()
    const raw = await welcome(host)
    const ask = (id: number): void => raw.ask({ type: 'follow', id, from: 1_000_000 })
    for (let id = 1; id <= LIMITS.clientStreams + 3; id++) ask(id)
    await settle(() => raw.told('failed').length === 3)
    expect(new Set(raw.told('failed').map(({ code }) => code))).toEqual(new Set(['KAYAK_OVERLOADED']))
    expect(events).toContainEqual(expect.objectContaining({ type: 'over-budget', budget: 'client-requests' }))
    for (let id = 1; id <= 10; id++) raw.ask({ type: 'cancel', id })
    for (let id = 101; id <= 110; id++) ask(id)
    raw.ask({ type: 'snapshot', id: 200 })
    await settle(() => raw.told('snapshot-is').length === 1)
    expect(raw.told('failed')).toHaveLength(3)
    const sessions = {
      type: 'read',
      level: 'session',
      token: `${a.token.split(':')[0] ?? ''}:900000`,
      timeoutMs: 60_000,
    }
    for (let id = 1000; id < 1000 + LIMITS.clientRequests; id++) raw.ask({ ...sessions, id })
    await settle(() => raw.told('failed').length >= 3 + LIMITS.clientStreams)
    expect(raw.told('failed')).toHaveLength(3 + LIMITS.clientStreams)
    expect(raw.isClosed).toBe(false)
  })

  /** A transport that counts what is sent to clients. */
  function counting(): { transport: Transport; sent: { bytes: number; messages: number } } {
    const inner = socketioTransport()
    const sent = { bytes: 0, messages: 0 }
    const counted = (connection: ClientConnection): ClientConnection => ({
      address: connection.address,
      rights: connection.rights,
      inbound$: connection.inbound$,
      get reason() {
        return connection.reason
      },
      send: (message: object) => {
        if ('entries' in message && message.entries instanceof Uint8Array) {
          sent.bytes += message.entries.byteLength
          sent.messages++
        }
        connection.send(message)
      },
      room: () => connection.room(),
      close: reason => connection.close(reason),
    })
    const transport: Transport = {
      open: options => inner.open(options),
      inbound$: inner.inbound$,
      notices$: inner.notices$,
      clients$: (inner.clients$ ?? new Observable<ClientConnection>()).pipe(map(counted)),
      identify: id => inner.identify(id),
      send: (to, message) => inner.send(to, message),
      close: () => inner.close(),
    }
    return { transport, sent }
  }

  it('reads its log on only as a client takes it', async () => {
    const { transport, sent } = counting()
    const host = await cluster.start({ transport })
    for (let at = 0; at < 24; at++) await host.log.append(new Uint8Array(MiB - 100))
    const [raw, greedy] = [await welcome(host), await welcome(host)]
    raw.ask({ type: 'follow', id: 1, from: 1 })
    await settle(() => raw.told('entries').length === LIMITS.clientCredits)
    raw.ask({ type: 'snapshot', id: 2 })
    await settle(() => raw.told('snapshot-is').length === 1)
    expect(raw.told('entries')).toHaveLength(LIMITS.clientCredits)
    raw.ask({ type: 'more', id: 1 })
    await settle(() => raw.told('entries').length === LIMITS.clientCredits + 1)
    expect(sent.messages).toBe(LIMITS.clientCredits + 1)
    // one that takes nothing from its socket, and asks for all many times over
    greedy.stranger.stream.pause()
    for (let id = 1; id <= 40; id++) greedy.ask({ type: 'follow', id, from: 1 })
    await expectServed(host)
    // two credits for each of forty: what would be sent if nobody looked whether it is taken
    expect(sent.bytes).toBeLessThan(12 * MiB)
    expect(greedy.isClosed).toBe(false)
    await expectServed(host)
  }, 120_000)

  it('cuts off a client for which more would wait than may, and tells that it was that', async () => {
    const host = await cluster.start()
    const events = eventsOf(host)
    await host.log.append(new Uint8Array(2000))
    const raw = await welcome(host)
    const limited = jest.replaceProperty(LIMITS, 'clientBacklogBytes', 1000)
    try {
      raw.ask({ type: 'follow', id: 1, from: 1 })
      await settle(() => raw.isClosed && events.some(({ type }) => type === 'client-down'))
    } finally {
      limited.restore()
    }
    const budget = { type: 'over-budget', budget: 'client-backlog', limit: 1000, unit: 'bytes', count: 1 }
    expect(events).toContainEqual(expect.objectContaining(budget))
    await expectServed(host)
  })

  it('has as many clients as it may have, and turns further ones away by a name', async () => {
    const host = await cluster.start({ transport: socketioTransport({ pingMs: 60_000 }) })
    const events = eventsOf(host)
    for (let at = 0; at < LIMITS.clients; at++) await welcome(host)
    expect(await failing(cluster.connect([host], { timeoutMs: 5000 }))).toMatchObject({
      code: 'KAYAK_TIMEOUT',
      message: expect.stringContaining('as many clients as it may have') as string,
    })
    expect(refusals(events)[0]).toMatch(/^KAYAK_OVERLOADED/)
    const clients = { budget: 'clients', used: LIMITS.clients + 1, limit: LIMITS.clients, unit: 'count' }
    expect(events).toContainEqual(expect.objectContaining({ type: 'over-budget', ...clients }))
    // a member still gets in
    await cluster.join(host)
    raws.pop()?.close()
    await settle(() => events.some(({ type }) => type === 'client-down'))
    await expectServed(host)
  }, 120_000)

  it('lets go of a client that answers nothing any more', async () => {
    const host = await cluster.start({ transport: socketioTransport({ pingMs: 200 }) })
    const events = eventsOf(host)
    const raw = await welcome(host)
    // it takes what it gets, and answers no ping
    await settle(() => raw.isClosed)
    await settle(() => events.some(({ type }) => type === 'client-down'))
  })
})
