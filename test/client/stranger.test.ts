import { firstValueFrom, map, take, toArray } from 'rxjs'
import { encodeFrame } from '../../plugins/transport-socketio/wire'
import { settle } from '../plugins/socketio/settle'
import { frameOf, listenForDiallers, type Stranger } from '../plugins/socketio/stranger'
import { Cluster, failing } from './cluster'

const OPENING = '0{"sid":"a","upgrades":[],"pingInterval":60000,"pingTimeout":60000,"maxPayload":1000000}'
const [CONNECT, CHALLENGE, MESSAGE] = [0, 17, 21]
const KiB = 1024

/** Says what a member says first, and asks for a token or a proof. */
const begin = (stranger: Stranger): void => {
  const say = (frame: Uint8Array | string, opcode = 2): void =>
    stranger.write(frameOf(Buffer.from(frame), opcode, false))
  say(OPENING, 1)
  say(encodeFrame(CONNECT, { sid: 'a' }))
  const who = { memberId: '1'.repeat(32), clusterId: '2'.repeat(32), address: '127.0.0.1:1' }
  say(encodeFrame(CHALLENGE, { version: 1, oldest: 1, nonce: '0'.repeat(64), ...who }))
}

describe('a client before a member has proven itself', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.stop())

  it('hears only so much of it, though it waits for a token', async () => {
    const strangers: Stranger[] = []
    const chunk = encodeFrame(MESSAGE, { bytes: new Uint8Array(256 * KiB) })
    const { server, port } = await listenForDiallers(stranger => {
      strangers.push(stranger)
      begin(stranger)
      for (let at = 0; at < 8; at++) stranger.write(frameOf(Buffer.from(chunk), 2, false))
    })
    const token = (): Promise<string> => new Promise(() => undefined)
    const failed = await failing(cluster.connect([`127.0.0.1:${port}`], { token }))
    // it may have been read to its end, and be open on this side
    await settle(() => strangers[0]?.stream.readableEnded === true || strangers[0]?.isClosed === true)
    server.close()
    server.closeAllConnections()
    expect(failed).toMatchObject({ code: 'KAYAK_INVALID' })
    expect(failed.message).toContain('it sent too much before proving itself')
  })

  it('hears all of one that has', async () => {
    const host = await cluster.start()
    const payload = new Uint8Array(512 * KiB)
    for (let at = 0; at < 4; at++) await host.log.append(payload)
    const client = await cluster.connect([host])
    const down: string[] = []
    client.events$.subscribe(({ type }) => down.push(type))
    const sizes = await firstValueFrom(
      client.log.listen().pipe(
        map(({ payload: bytes }) => bytes.length),
        take(4),
        toArray(),
      ),
    )
    expect(sizes).toEqual([512, 512, 512, 512].map(size => size * KiB))
    expect(down).toEqual([])
  })
})
