import { firstValueFrom } from 'rxjs'
import { type Codec } from 'kayak'
import { isFinal } from '../../lib/client/passing'
import { Cluster } from './cluster'

const plain: Codec<string> = {
  encode: text => new TextEncoder().encode(text),
  decode: bytes => new TextDecoder().decode(bytes),
}

/** Ends the member that has it, once somebody listens there. */
const picky: Codec<string> = {
  ...plain,
  decode: bytes => {
    const text = plain.decode(bytes)
    if (text === 'bad') throw new Error('No.')
    return text
  },
}

describe("a client's streams", () => {
  const cluster = new Cluster()
  afterEach(() => cluster.stop())

  it('go on at another member where the one that serves them fails', async () => {
    const a = await cluster.start<string>({ codec: plain })
    const b = await cluster.join<string>(a, { codec: picky })
    await cluster.join<string>(a, { codec: plain })
    const client = await cluster.connect<string>([b], { codec: plain })
    const [hot, cold, read]: [string[], string[], string[]] = [[], [], []]
    const failed = new Promise(resolve => b.committed$.subscribe({ error: resolve }))
    client.committed$.subscribe(({ payload }) => hot.push(payload))
    client.log.listen().subscribe(({ payload }) => cold.push(payload))
    const reading = (async () => {
      for await (const { payload } of client.log.entries()) if (read.push(payload) === 3) return
    })()
    for (const payload of ['one', 'bad']) await a.log.append(payload)
    expect(await failed).toMatchObject({ code: 'KAYAK_INVALID' })
    const { index } = await client.log.append('two')
    await firstValueFrom(client.log.listen(index))
    await reading
    for (const seen of [hot, cold, read]) expect(seen).toEqual(['one', 'bad', 'two'])
    expect(client.connected?.id).not.toBe(b.self.id)
    await expect(b.stop()).resolves.toBeUndefined()
  })

  it('ends by what was asked, and by nothing that is of a member', () => {
    expect(isFinal('KAYAK_COMPACTED')).toBe(true)
    expect(isFinal('KAYAK_INTERRUPTED')).toBe(true)
    expect(isFinal('KAYAK_NOT_AUTHORIZED')).toBe(true)
    for (const code of ['KAYAK_STOPPED', 'KAYAK_REMOVED', 'KAYAK_STORAGE_FAILED', 'KAYAK_CORRUPT'] as const)
      expect([code, isFinal(code)]).toEqual([code, false])
  })
})
