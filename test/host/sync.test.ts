import { getEventListeners } from 'node:events'
import { KayakError, type Host, type OperationOptions } from 'kayak'
import { containing, watch, World } from './world.js'

const DAY = 24 * 60 * 60 * 1000
const WRONG_INDEXES = [-1, 1.5, NaN, Infinity, 2 ** 53, '1', null, undefined, {}]
const WRONG_OPTIONS = [
  ...[0, -1, NaN, Infinity, '10', null, DAY + 1].map(timeoutMs => ({ timeoutMs })),
  ...[{}, 'now', null].map(signal => ({ signal })),
  ...[null, 42, 'now'],
]

describe('sync.sync', () => {
  const begin = async (): Promise<{ world: World; host: Host }> => {
    const world = new World()
    return { world, host: await world.start('a') }
  }

  it('resolves once the index has been acknowledged, whether that was before or comes later', async () => {
    const { world, host } = await begin()
    await world.run(host.sync.sync(0))
    const syncing = [5, 3, 4].map(index => watch(host.sync.sync(index)))
    const settled = async (): Promise<boolean[]> => (await world.breathe(), syncing.map(one => one.settled))
    host.sync.ack(2)
    expect(await settled()).toEqual([false, false, false])
    host.sync.ack(4)
    expect(await settled()).toEqual([false, true, true])
    host.sync.ack(1)
    await world.run(host.sync.sync(4))
    expect(await settled()).toEqual([false, true, true])
    host.sync.ack(7)
    expect(await settled()).toEqual([true, true, true])
    expect(syncing.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
    await world.run(host.sync.sync(6))
    await world.stop(host)
  })

  it('waits no more for a consumer that is taken out, and takes none by another name than a string', async () => {
    const world = new World()
    const a = await world.start('a')
    const { index } = await world.run(a.log.append('x'))
    a.sync.ack(index, 'here')
    a.sync.ack(0, 'gone')
    const syncing = watch(a.sync.sync(index))
    await world.pass(10)
    expect(syncing.settled).toBe(false)
    a.sync.forget('never there')
    a.sync.forget('gone')
    await world.until(() => syncing.settled)
    expect(syncing.error).toBeUndefined()
    // what a caller without types may give
    expect(() => a.sync.ack(1, 7 as unknown as string)).toThrow('name of a consumer')
    await world.stop(a)
  })

  it('waits for the slowest of several consumers', async () => {
    const { world, host } = await begin()
    host.sync.ack(0, 'slow')
    host.sync.ack(9, 'quick')
    host.sync.ack(9)
    const syncing = watch(host.sync.sync(3))
    await world.pass(100)
    expect(syncing.settled).toBe(false)
    host.sync.ack(2, 'slow')
    host.sync.ack(3, 'slow')
    await world.breathe()
    expect(syncing).toEqual({ settled: true, value: undefined })
    await world.stop(host)
  })

  it('lets a machine be read as of a barrier', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const machine: unknown[] = []
    b.committed$.subscribe(({ index, payload }) => {
      world.clock.schedule(() => {
        machine.push(payload)
        b.sync.ack(index)
      }, 50)
    })
    await world.run(a.log.append('x'))
    const reading = (async () => {
      await b.sync.sync(await b.sync.barrier())
      return [...machine]
    })()
    expect(await world.run(reading)).toEqual(['x'])
    await world.stop(a, b)
  })

  it('ends by its deadline, or by its signal, and shares one timer with all others', async () => {
    const { world, host } = await begin()
    const begun = world.clock.now()
    const error = await world.fails(host.sync.sync(99, { timeoutMs: 500 }))
    expect(error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'rejected', message: containing('500') })
    expect(world.clock.now() - begun).toBe(500)
    const { pending } = world.clock
    for (let round = 0; round < 5; round++) {
      const controller = new AbortController()
      const syncing = watch(host.sync.sync(99, { signal: controller.signal }))
      controller.abort(new Error('enough'))
      await world.breathe()
      expect(syncing.error).toMatchObject({ code: 'KAYAK_ABORTED', outcome: 'rejected', cause: new Error('enough') })
      expect(getEventListeners(controller.signal, 'abort')).toEqual([])
      expect(world.clock.pending).toBe(pending + 1)
    }
    host.sync.ack(99)
    await world.stop(host)
  })

  it('listens to a signal once, however many operations share it', async () => {
    const { world, host } = await begin()
    const controller = new AbortController()
    const { signal } = controller
    const syncing = Array.from({ length: 20 }, () => watch(host.sync.sync(99, { signal })))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    controller.abort()
    await world.breathe()
    for (const { error } of syncing) expect(error).toMatchObject({ code: 'KAYAK_ABORTED' })
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await world.stop(host)
  })

  it('of a host that stops is settled, and refused afterwards', async () => {
    const { world, host } = await begin()
    const syncing = watch(host.sync.sync(99))
    await world.stop(host)
    expect(syncing.error).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
    expect(await world.fails(host.sync.sync(1))).toMatchObject({ code: 'KAYAK_STOPPED' })
    expect(await world.leftovers()).toBe(0)
  })

  it('of a host that fails tells why', async () => {
    const { world, host } = await begin()
    const syncing = watch(host.sync.sync(99))
    world.disk('a').failNextWrite()
    await world.fails(host.log.append('x'))
    await world.until(() => syncing.settled)
    expect(syncing.error).toMatchObject({ code: 'KAYAK_STOPPED', cause: { code: 'KAYAK_STORAGE_FAILED' } })
    await world.stop(host)
  })
})

describe('sync refuses', () => {
  it.each(WRONG_INDEXES)('the index %p', async index => {
    const world = new World()
    const host = await world.start('a')
    // whoever writes JavaScript may pass anything
    const wrong = index as number
    expect(() => host.sync.ack(wrong)).toThrow(KayakError)
    expect(await world.fails(host.sync.sync(wrong))).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected' })
    const syncing = watch(host.sync.sync(9))
    await world.breathe()
    expect(syncing.settled).toBe(false)
    await world.stop(host)
  })

  it.each(WRONG_OPTIONS)('the options %p', async options => {
    const world = new World()
    const host = await world.start('a')
    // as above
    const wrong = options as OperationOptions
    for (const asking of [host.sync.barrier(wrong), host.sync.sync(0, wrong)])
      expect(await world.fails(asking)).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected' })
    await world.run(host.sync.barrier())
    await world.stop(host)
  })
})
