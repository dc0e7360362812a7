import { start, type Codec, type Host } from 'kayak'
import { bytesOf, T, watch, World } from './world.js'

/** A host that knows of an append under an id, which only its disk still has, and what may be done to that. */
async function known() {
  const world = new World()
  const before = await world.start('a')
  const first = await world.run(before.log.append('first', { id: 'x' }))
  await world.run(before.log.append('last'))
  await world.stop(before)
  const host = await world.start('a')
  await world.leaderOf([host])
  await world.until(() => host.log.committed === host.log.head)
  return { world, host, first, disk: world.disk('a') }
}

describe('the answer to an append that was appended before', () => {
  it('is read from the disk where memory no longer has it', async () => {
    const { world, host, first } = await known()
    expect(await world.run(host.log.append('second', { id: 'x' }))).toEqual(first)
    await world.stop(host)
  })

  it('comes by the deadline though the disk hangs: then it is unknown', async () => {
    const { world, host, disk, first } = await known()
    disk.reads = 'hang'
    const begun = world.clock.now()
    const error = await world.fails(host.log.append('second', { id: 'x', timeoutMs: 500 }))
    expect(error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'unknown' })
    expect(world.clock.now() - begun).toBe(500)
    const controller = new AbortController()
    const aborting = watch(host.log.append('second', { id: 'x', signal: controller.signal }))
    await world.pass(10)
    controller.abort()
    await world.breathe()
    expect(aborting.error).toMatchObject({ code: 'KAYAK_ABORTED', outcome: 'unknown' })
    disk.reads = 'work'
    expect(await world.run(host.log.append('second', { id: 'x' }))).toEqual(first)
    await world.stop(host)
  })

  it('is unknown when the host stops meanwhile, at once', async () => {
    const { world, host, disk } = await known()
    disk.reads = 'hang'
    const waiting = watch(host.log.append('second', { id: 'x' }))
    await world.pass(10)
    await world.stop(host)
    expect(waiting.error).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'unknown' })
    expect(await world.leftovers()).toBe(0)
  })

  it('is not called rejected because the disk can not read it', async () => {
    const { world, host, disk } = await known()
    disk.reads = 'fail'
    const error = await world.fails(host.log.append('second', { id: 'x' }))
    expect(error).toMatchObject({ code: 'KAYAK_STORAGE_FAILED', outcome: 'unknown' })
    disk.reads = 'work'
    await world.stop(host)
  })

  it('is not called rejected because the codec can not decode it', async () => {
    const world = new World()
    const failing: Codec<string> = {
      encode: text => Buffer.from(text),
      decode: bytes => {
        if (isFailing) throw new Error('no')
        return Buffer.from(bytes).toString()
      },
    }
    let isFailing = false
    const host: Host<string> = await world.run(
      start('127.0.0.1:0', world.options('a', { codec: failing, electionTimeoutMs: T })),
    )
    await world.run(host.log.append('first', { id: 'x' }))
    expect((await world.run(host.log.append('first', { id: 'x' }))).payload).toBe('first')
    isFailing = true
    const error = await world.fails(host.log.append('second', { id: 'x' }))
    expect(error).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'unknown' })
    await world.stop(host)
  })

  it('has the payload of the caller once the first one is compacted', async () => {
    const { world, host, first } = await known()
    const { chunks$ } = await world.run(host.log.compact(first.index, [Buffer.from('state')]))
    expect(await world.run(host.log.append('second', { id: 'x' }))).toEqual({ ...first, payload: 'second' })
    expect((await bytesOf(world, chunks$)).toString()).toBe('state')
    await world.stop(host)
  })
})
