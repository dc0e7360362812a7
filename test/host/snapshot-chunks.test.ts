import { defer, NEVER } from 'rxjs'
import { start } from 'kayak'
import { founded, held, text } from './compacting.js'
import { bytesOf, record } from './world.js'

const MiB = 1024 * 1024

describe('snapshot.chunks$', () => {
  it('is cold: each subscription reads all of it from the disk as it is consumed', async () => {
    const { world, host: before, until } = await founded()
    await world.run(before.log.compact(until, [new Uint8Array(MiB)]))
    await world.stop(before)
    const options = world.options('a')
    const { storage } = options
    const read = storage.readSnapshot.bind(storage)
    let reads = 0
    storage.readSnapshot = (...range) => defer(() => (reads++, read(...range)))
    const host = await world.run(start('127.0.0.1:0', options))
    const snapshot = await world.run(host.log.snapshot())
    const before2 = reads
    for (const times of [4, 8]) {
      expect((await bytesOf(world, snapshot?.chunks$ ?? NEVER)).byteLength).toBe(MiB)
      expect(reads - before2).toBe(times)
    }
    record(snapshot?.chunks$ ?? NEVER).stop()
    await world.pass(10)
    expect(reads - before2).toBe(9)
    await world.stop(host)
  })

  it('errors KAYAK_COMPACTED when a newer snapshot has replaced it', async () => {
    const { world, host, until } = await founded()
    const old = await world.run(host.log.compact(until - 1, [new Uint8Array(MiB)]))
    world.disk('a').latencyMs = 5
    const reading = record(old.chunks$)
    await world.until(() => reading.values.length === 1)
    world.disk('a').latencyMs = 0
    await world.run(host.log.compact(until, text('newer')))
    world.disk('a').latencyMs = 5
    await world.until(() => reading.end !== undefined)
    expect(reading).toMatchObject({ end: 'error', error: { code: 'KAYAK_COMPACTED' } })
    expect(await held(world, host)).toBe('newer')
    await world.stop(host)
  })

  it('errors when the disk fails, and when the host stops: it never ends as if it were whole', async () => {
    const { world, host, until } = await founded()
    const { chunks$ } = await world.run(host.log.compact(until, [new Uint8Array(MiB)]))
    world.disk('a').reads = 'fail'
    const failing = record(chunks$)
    await world.until(() => failing.end !== undefined)
    expect(failing).toMatchObject({ values: [], end: 'error', error: { code: 'KAYAK_STORAGE_FAILED' } })
    world.disk('a').reads = 'work'
    world.disk('a').latencyMs = 20
    const reading = record(chunks$)
    await world.until(() => reading.values.length === 1)
    await world.stop(host)
    const late = record(chunks$)
    await world.breathe()
    for (const { end, error } of [reading, late])
      expect({ end, error }).toMatchObject({ end: 'error', error: { code: 'KAYAK_STOPPED', outcome: 'rejected' } })
  })
})
