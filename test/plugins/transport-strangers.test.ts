import { randomBytes } from 'node:crypto'
import { decodeFrame, encodeFrame } from '../../plugins/transport-socketio/wire'
import { acquaint, closeAll, open, sendUntil } from './socketio/node'
import { settle } from './socketio/settle'
import { frameOf, listenForDiallers, Stranger } from './socketio/stranger'

afterEach(closeAll)

describe('an acceptor', () => {
  const hello = encodeFrame(16, { version: 1 })
  const socketioConnect = encodeFrame(0, undefined)

  const raw: [string, string | Uint8Array][] = [
    ['random bytes', randomBytes(4096)],
    ['a request for a page', 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a request for socket.io by polling', 'GET /kayak/?EIO=4&transport=polling HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a request for the script of its client', 'GET /kayak/socket.io.js HTTP/1.1\r\nhost: x\r\n\r\n'],
    [
      'a request with a body',
      'POST /kayak/?EIO=4&transport=polling HTTP/1.1\r\nhost: x\r\ncontent-length: 9999999\r\n\r\nx',
    ],
    ['endless headers', `GET / HTTP/1.1\r\n${'x: y\r\n'.repeat(5000)}`],
    ['a URL that is none', 'GET //[ HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'],
  ]
  test.each(raw)('closes on %s, tells, and goes on', async (_, bytes) => {
    const [a, b] = [await open(), await open()]
    const stranger = await Stranger.connect(a.port)
    stranger.write(bytes)
    await settle(() => stranger.isClosed && a.refusals.length > 0)
    expect(a.refusals).toEqual([expect.stringMatching(/^KAYAK_INVALID: /)])
    await acquaint(a, b)
  })

  const spoken: [string, (stranger: Stranger) => void][] = [
    ['text', stranger => stranger.say('40{}')],
    ['text that is no packet', stranger => stranger.say('{')],
    ['a ping, which only a server sends', stranger => stranger.say('2')],
    ['random binary messages', stranger => stranger.say(randomBytes(100))],
    ['a binary message of nothing', stranger => stranger.say(new Uint8Array(0))],
    ['an event before it connects', stranger => stranger.say(hello)],
    ['two connect packets', stranger => [socketioConnect, socketioConnect].forEach(frame => stranger.say(frame))],
    ['a farewell', stranger => [socketioConnect, encodeFrame(1, undefined)].forEach(frame => stranger.say(frame))],
    ['a giant frame', stranger => stranger.write(frameOf(Buffer.alloc(17 * 1024 * 1024), 2, true))],
    [
      'a frame that announces more than memory',
      stranger => stranger.write(Buffer.from('82ff7fffffffffffffff00000000', 'hex')),
    ],
    [
      'many bytes, still within one frame',
      stranger => stranger.write(frameOf(Buffer.alloc(8 * 1024 * 1024), 2, true).subarray(0, 200_000)),
    ],
    ['a close frame', stranger => stranger.say(new Uint8Array(0), 8)],
    ['a reserved opcode', stranger => stranger.say(new Uint8Array(0), 7)],
  ]
  test.each(spoken)('closes on a WebSocket with %s, tells, and goes on', async (_, speak) => {
    const [a, b] = [await open(), await open()]
    const stranger = await Stranger.upgrade(a.port)
    expect(stranger).toBeDefined()
    if (stranger !== undefined) speak(stranger)
    await settle(() => stranger?.isClosed === true && a.refusals.length > 0)
    expect(a.refusals).toEqual([expect.stringMatching(/^KAYAK_INVALID: /)])
    await acquaint(a, b)
  })

  test.each([
    ['a hello that is none', 16, { version: 1 }],
    ['a message before it has proven itself', 21, {}],
    ['a proof out of turn', 18, { proof: '' }],
  ])('says why and closes on %s', async (_, tag, payload) => {
    const a = await open()
    const stranger = await Stranger.upgrade(a.port)
    stranger?.say(socketioConnect)
    await settle(() => stranger?.heard().length === 1)
    stranger?.say(encodeFrame(tag, payload))
    await settle(() => stranger?.isClosed === true && a.refusals.length > 0)
    expect(decodeFrame(stranger?.heard()[1] ?? new Uint8Array(0))).toEqual({
      tag: 20,
      value: { code: 'KAYAK_INVALID', reason: expect.any(String) as unknown },
    })
    expect(a.refusals).toEqual([expect.stringMatching(/^KAYAK_INVALID: /)])
  })

  test.each([
    ['another path', { path: '/socket.io/?EIO=4&transport=websocket' }],
    ['an earlier version of engine.io', { path: '/kayak/?EIO=3&transport=websocket' }],
    ['a session to go on with', { path: '/kayak/?EIO=4&transport=websocket&sid=x' }],
    ['a page in a browser', { headers: { origin: 'http://evil.test' } }],
  ])('gives no WebSocket to %s', async (_, options) => {
    const a = await open()
    expect(await Stranger.upgrade(a.port, options)).toBeUndefined()
    await settle(() => a.refusals.length > 0)
  })

  test('closes connections on which nothing is said in time', async () => {
    const a = await open({ handshakeTimeoutMs: 50 })
    const silent = await Stranger.connect(a.port)
    const half = await Stranger.connect(a.port)
    half.write('GET / HTTP/1.1\r\n')
    const upgraded = await Stranger.upgrade(a.port)
    upgraded?.say(socketioConnect)
    await settle(() => silent.isClosed && half.isClosed && (upgraded === undefined || upgraded.isClosed))
  })

  test('holds only so many strangers, and lets a member in past them', async () => {
    const [a, b] = [await open(), await open()]
    const strangers: Stranger[] = []
    for (let i = 0; i < 80; i++) strangers.push(await Stranger.connect(a.port))
    await settle(() => strangers.filter(({ isClosed }) => isClosed).length >= 16)
    await acquaint(a, b)
    expect(strangers.filter(({ isClosed }) => !isClosed).length).toBeLessThanOrEqual(64)
  })
})

describe('a dialler', () => {
  const open4 = '0{"sid":"x","upgrades":[],"pingInterval":5000,"pingTimeout":5000,"maxPayload":1000000}'
  const answers: [string, string[]][] = [
    ['an opening that is no JSON', ['0{']],
    ['an opening of null', ['0null']],
    ['an opening without its fields', ['0{}']],
    ['text', ['hello']],
    ['packets of socket.io as it comes', [open4, '40{"sid":"y"}']],
    ['a connect error', [open4, '44{"message":"no"}']],
  ]
  test.each(answers)('survives somebody who answers with %s', async (_, texts) => {
    const { server, port } = await listenForDiallers(stranger => {
      for (const text of texts) stranger.write(frameOf(Buffer.from(text), 1, false))
    })
    const [a, b] = [await open(), await open()]
    await sendUntil(a, { id: undefined, address: `127.0.0.1:${port}` }, () => a.has('peer-down'))
    await acquaint(a, b)
    server.close()
    server.closeAllConnections()
  })

  const binary: [string, Uint8Array[]][] = [
    ['a connect packet of nothing', [encodeFrame(0, undefined)]],
    ['a connect error of nothing', [encodeFrame(4, undefined)]],
    ['random bytes', [randomBytes(50)]],
    ['a message before it has proven itself', [encodeFrame(0, { sid: 'y' }), encodeFrame(21, { secret: 1 })]],
    ['a challenge that is none', [encodeFrame(0, { sid: 'y' }), encodeFrame(17, { version: 1 })]],
    ['a welcome out of turn', [encodeFrame(0, { sid: 'y' }), encodeFrame(19, { proof: '' })]],
    ['far too much', [encodeFrame(0, { sid: 'y' }), Buffer.alloc(1024 * 1024)]],
  ]
  test.each(binary)('survives somebody who answers with %s', async (_, frames) => {
    const { server, port } = await listenForDiallers(stranger => {
      stranger.write(frameOf(Buffer.from(open4), 1, false))
      for (const frame of frames) stranger.write(frameOf(Buffer.from(frame), 2, false))
    })
    const a = await open()
    await sendUntil(
      a,
      { id: undefined, address: `127.0.0.1:${port}` },
      () => a.has('peer-down') || a.has('peer-refused'),
    )
    expect(a.inbound).toEqual([])
    server.close()
    server.closeAllConnections()
  })

  test('hears only so much of somebody who has not proven himself', async () => {
    // of 10 MiB that never come in full
    const header = Buffer.from([130, 127, 0, 0, 0, 0, 0, 160, 0, 0])
    const { server, port } = await listenForDiallers(stranger => {
      stranger.write(frameOf(Buffer.from(open4), 1, false))
      stranger.write(header)
      stranger.write(Buffer.alloc(1024 * 1024))
    })
    const a = await open()
    await sendUntil(a, { id: undefined, address: `127.0.0.1:${port}` }, () => a.has('peer-down'))
    const reasons = a.notices.flatMap(notice => (notice.type === 'peer-down' ? [notice.reason] : []))
    server.close()
    server.closeAllConnections()
    expect(reasons).toEqual(['it sent too much before proving itself'])
  })

  test('survives a page, and somebody who never answers', async () => {
    const { server, port } = await listenForDiallers(() => undefined)
    server.removeAllListeners('upgrade')
    server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'))
    const silent = await listenForDiallers(() => undefined)
    const a = await open({ handshakeTimeoutMs: 50 })
    for (const to of [port, silent.port]) {
      const address = `127.0.0.1:${to}`
      await sendUntil(a, { id: undefined, address }, () =>
        a.notices.some(notice => notice.type === 'peer-down' && notice.address === address),
      )
    }
    for (const one of [server, silent.server]) {
      one.close()
      one.closeAllConnections()
    }
  })
})
