import type { Codec } from '../../streams/contracts/codec.js'
import { World } from './world'

describe('a codec that shares memory', () => {
  it('may hand out its input, which a consumer may then change, without harm to the log', async () => {
    const world = new World()
    const identity: Codec<Uint8Array> = { encode: value => value, decode: bytes => bytes }
    const host = await world.start('a', { codec: identity })
    host.committed$.subscribe(({ payload }) => payload.fill(0))
    host.log.listen().subscribe(({ payload }) => payload.fill(0))
    const mine = Uint8Array.of(1, 2, 3)
    await world.run(host.log.append(mine))
    mine.fill(9)
    const seen: number[][] = []
    host.log.listen().subscribe(({ payload }) => seen.push([...payload]))
    await world.run(host.log.append(Uint8Array.of(4)))
    expect(seen).toEqual([[1, 2, 3], [4]])
    await world.stop(host)
  })

  it('may use the memory of what it has encoded again', async () => {
    const world = new World()
    const scratch = new Uint8Array(1)
    const codec: Codec<number> = {
      encode: value => {
        scratch[0] = value
        return scratch
      },
      decode: bytes => bytes[0] ?? -1,
    }
    const host = await world.start('a', { codec })
    const appends = [1, 2, 3].map(value => host.log.append(value))
    expect((await world.run(Promise.all(appends))).map(({ payload }) => payload)).toEqual([1, 2, 3])
    const seen: number[] = []
    host.log.listen().subscribe(({ payload }) => seen.push(payload))
    await world.run(host.log.append(4))
    expect(seen).toEqual([1, 2, 3, 4])
    await world.stop(host)
  })
})
