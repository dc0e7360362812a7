import { spawn } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { transportKit } from '../../lib/testing/transport-kit'
import { systemClock } from '../../plugins/clock'
import { systemRandom } from '../../plugins/random'
import { socketioTransport } from '../../plugins/transport-socketio'
import { bindTo, formatAddress } from '../../plugins/transport-socketio/address'
import { Handshake } from '../../plugins/transport-socketio/handshake'
import { decodeFrame, encodeFrame } from '../../plugins/transport-socketio/wire'
import { PROTOCOL } from '../../streams/contracts/messages/versions'
import { MAX_MESSAGE_BYTES } from '../../streams/contracts/transport'
import { acquaint, closeAll, CLUSTER, node, open, sendUntil, type TestNode } from './socketio/node'
import { settle } from './socketio/settle'
import { Stranger } from './socketio/stranger'

describe('the contract', () => {
  const kit = transportKit(() => ({
    transport: () => socketioTransport(),
    clock: systemClock(),
    random: systemRandom(),
    settle,
  }))
  for (const { name, run } of kit) test(name, run)
})

describe('over socket.io', () => {
  afterEach(closeAll)

  const tagged = (to: TestNode, tag: number): boolean =>
    to.inbound.some(({ message }) => (message as { tag?: number }).tag === tag)

  test('what is sent while it dials arrives, and in order', async () => {
    const [a, b] = [await open(), await open()]
    for (let tag = 1; tag <= 20; tag++) a.transport.send(b.peer, { tag })
    await settle(() => tagged(b, 20))
    expect(b.inbound.map(({ message }) => (message as { tag: number }).tag)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 1),
    )
  })

  test('a message that is too large is told as that, also while it dials', async () => {
    const [a, b] = [await open(), await open()]
    a.transport.send(b.peer, { data: new Uint8Array(MAX_MESSAGE_BYTES) })
    await settle(() => a.has('dropped'))
    expect(a.notices.find(({ type }) => type === 'dropped')).toMatchObject({ to: b.peer, reason: 'too-large' })
  })

  test('a member that starts again on its port is found again, and told of', async () => {
    const [a, b] = [await open(), await open()]
    await acquaint(a, b)
    const { address } = b.bound
    await b.close()
    await settle(() => a.has('peer-down'))
    await sendUntil(a, b.peer, () => a.has('dropped'))
    const again = await node().open({ memberId: b.id, bind: address })
    await sendUntil(a, b.peer, () => again.inbound.length > 0)
    expect(a.notices.filter(({ type }) => type === 'peer-up')).toHaveLength(2)
  })

  test('a dead peer is not told of at every message', async () => {
    const [a, gone] = [await open(), await open()]
    await gone.close()
    let sent = 0
    await sendUntil(a, gone.peer, () => ++sent > 200)
    await settle(() => a.has('dropped'))
    // One in five seconds, however slow the machine.
    expect(a.notices.filter(({ type }) => type === 'dropped').length).toBeLessThan(20)
  })

  test('a connection that nobody uses is closed, and made again when it is needed', async () => {
    const [a, b] = [await open({ idleTimeoutMs: 40 }), await open({ idleTimeoutMs: 40 })]
    await acquaint(a, b)
    await settle(() => a.has('peer-down') && b.has('peer-down'))
    b.inbound.length = 0
    await sendUntil(a, b.peer, () => b.inbound.length > 0)
  })

  test('nothing arrives for a member from who has taken its address', async () => {
    const [a, b] = [await open(), await open()]
    await acquaint(a, b)
    await sendUntil(a, { id: 'f'.repeat(32), address: b.bound.advertise }, () => a.has('peer-refused'), { tag: 7 })
    a.transport.send(b.peer, { tag: 8 })
    await settle(() => tagged(b, 8))
    expect(tagged(b, 7)).toBe(false)
  })

  test('a peer that does not read costs a bounded queue, and the others nothing', async () => {
    const [a, b] = [await open({ maxQueueBytes: 1024 * 1024 }), await open()]
    await acquaint(a, b)
    const { id, stranger } = await befriend(a)
    stranger.stream.pause()
    const to = { id, address: '127.0.0.1:9' }
    const isTold = (): boolean => a.notices.some(n => n.type === 'dropped' && n.reason === 'queue-full')
    await sendUntil(a, to, isTold, { data: new Uint8Array(200_000) })
    const full = a.notices.find(n => n.type === 'dropped' && n.reason === 'queue-full')
    expect(full).toMatchObject({ used: expect.any(Number) as number, limit: 1024 * 1024 })
    a.transport.send(b.peer, { tag: 1 })
    await settle(() => tagged(b, 1))
  })

  test.each([
    ['in one turn', false],
    ['in turns of their own', true],
  ])('messages that are sent %s to a peer that does not read arrive as they were', async (_how, hasTurns) => {
    const a = await open({ pingMs: 60_000 })
    const { id, stranger } = await befriend(a)
    const before = stranger.heard().length
    stranger.stream.pause()
    // more than the system takes
    const [count, size] = [24, 500_000]
    for (let at = 0; at < count; at++) {
      a.transport.send({ id, address: '127.0.0.1:9' }, { data: new Uint8Array(size).fill(at) })
      if (hasTurns) await new Promise(setImmediate)
    }
    stranger.stream.resume()
    await settle(() => stranger.heard().length === before + count)
    const received = stranger
      .heard()
      .slice(before)
      .map(frame => (decodeFrame(frame).value as { data: Uint8Array }).data) // as it was sent
    expect(received.every((data, at) => data.byteLength === size && data.every(byte => byte === at))).toBe(true)
  })

  test('what follows a welcome at once arrives, however much it is', async () => {
    const data = new Uint8Array(900_000)
    for (let round = 0; round < 5; round++) {
      const [a, b] = [await open(), await open()]
      b.transport.notices$.subscribe(({ type }) => {
        if (type === 'peer-up') b.transport.send(a.peer, { tag: 1, data })
      })
      a.transport.send(b.peer, { ping: 1 })
      await settle(() => tagged(a, 1))
      expect(a.has('peer-down')).toBe(false)
    }
  })

  test('what an authenticated peer says besides messages ends its connection', async () => {
    for (const frame of [encodeFrame(16, { version: 1 }), Buffer.from('garbage of some length')]) {
      const a = await open()
      const { stranger } = await befriend(a)
      stranger.say(frame)
      await settle(() => stranger.isClosed && a.has('peer-down'))
    }
  })

  test('of many connections of one member only the newest stay', async () => {
    const a = await open()
    const strangers: Stranger[] = []
    for (let i = 0; i < 6; i++) strangers.push((await befriend(a)).stranger)
    await settle(() => strangers.slice(0, 2).every(({ isClosed }) => isClosed))
    expect(strangers.map(({ isClosed }) => isClosed)).toEqual([true, true, false, false, false, false])
  })

  test('a secret never crosses the wire', async () => {
    const secret = 'long and random'
    const a = await open({}, { secret })
    const { stranger } = await befriend(a, secret)
    expect(stranger.received.includes(secret)).toBe(false)
  })

  test.each([
    [':0', /^127\.0\.0\.1:\d+$/, '127.0.0.1'],
    ['localhost:0', /^(127\.0\.0\.1|\[::1\]):\d+$/, 'localhost'],
    ['127.0.0.2:0', /^127\.0\.0\.2:\d+$/, '127.0.0.2'],
  ])('%s without a secret is loopback', async (bind, expected, host) => {
    const a = await open({}, { bind })
    expect(a.bound.address).toMatch(expected)
    expect(a.bound.advertise).toBe(`${host}:${a.port}`)
  })

  test.each([':0', '0.0.0.0:0', '[::]:0', '192.168.0.1:0', 'some.host.test:0'])(
    '%s may be bound if it is meant',
    bind => {
      expect(formatAddress(bindTo(bind, true))).toBe(bind)
    },
  )

  test.each([
    ['0.0.0.0:0', 'KAYAK_NOT_AUTHORIZED'],
    ['[::]:0', 'KAYAK_NOT_AUTHORIZED'],
    ['192.168.0.1:0', 'KAYAK_NOT_AUTHORIZED'],
    ['some.host.test:0', 'KAYAK_NOT_AUTHORIZED'],
    ['nonsense', 'KAYAK_INVALID'],
    ['127.0.0.1:70000', 'KAYAK_INVALID'],
  ])('%s without a secret is refused', async (bind, code) => {
    const a = await open({}, { bind })
    expect(a.error).toMatchObject({ code })
  })

  const hasIpv6 = Object.values(networkInterfaces())
    .flat()
    .some(found => found?.address === '::1')
  const unlessSkipped = hasIpv6 ? '' : ' (skipped: this machine has no ::1)'
  ;(hasIpv6 ? test : test.skip)(`IPv6 literals are listened on and dialled${unlessSkipped}`, async () => {
    const [a, b] = [await open({}, { bind: '[::1]:0' }), await open({}, { bind: '[::1]:0' })]
    expect(a.bound.advertise).toMatch(/^\[::1\]:\d+$/)
    await acquaint(a, b)
  })

  test('nothing is left that keeps a process from ending', async () => {
    const hook = join(__dirname, 'socketio/ts-hook.cjs')
    const child = spawn(process.execPath, ['-r', hook, join(__dirname, 'socketio/leftovers.ts')])
    let output = ''
    let code: number | null | undefined
    child.stdout.on('data', chunk => (output += String(chunk)))
    child.stderr.on('data', chunk => (output += String(chunk)))
    child.on('exit', exited => (code = exited))
    await settle(() => code !== undefined)
    expect([code, output]).toEqual([0, 'closed\n'])
  })
})

/** A peer made by hand, which has proven itself. */
async function befriend(a: TestNode, secret?: string): Promise<{ stranger: Stranger; id: string }> {
  const id = 'e'.repeat(32)
  const random = systemRandom()
  const self = { id, address: '127.0.0.1:9', secret, clusterId: CLUSTER, random, protocol: PROTOCOL }
  const handshake = new Handshake(self, 'dialler')
  const stranger = await Stranger.upgrade(a.port)
  if (stranger === undefined) throw new Error('no WebSocket')
  const next = async (count: number): Promise<unknown> => {
    await settle(() => stranger.heard().length >= count)
    return decodeFrame(stranger.heard()[count - 1] ?? new Uint8Array(0)).value
  }
  stranger.say(encodeFrame(0, undefined))
  await next(1)
  const { opening } = handshake
  if (opening.type === 'say') stranger.say(encodeFrame(16, opening.payload))
  const proof = handshake.receive('challenge', await next(2))
  if (proof.type === 'say') stranger.say(encodeFrame(18, proof.payload))
  expect(handshake.receive('welcome', await next(3)).type).toBe('done')
  return { stranger, id }
}
