import { concat, defer, from, of, Subject, throwError } from 'rxjs'
import { type Host } from 'kayak'
import { founded, held, text } from './compacting.js'
import { containing, record, watch, World } from './world.js'

describe('a compaction that is refused or fails', () => {
  /** After whatever has failed, the old snapshot is there, all entries are, and compacting works. */
  async function nothingIsLost(world: World, host: Host, until: number): Promise<void> {
    const seen = record(host.log.listen())
    await world.breathe()
    expect(seen.values).toHaveLength(3)
    expect(await world.run(host.log.snapshot())).toBeUndefined()
    await world.run(host.log.compact(until, text('after')))
    expect(await held(world, host)).toBe('after')
    await world.stop(host)
  }

  it.each([0, -1, 1.5, NaN, Infinity, 2 ** 53, '1', null, undefined])('until %p', async until => {
    const { world, host, until: committed } = await founded()
    // whoever writes JavaScript may pass anything
    const error = await world.fails(host.log.compact(until as number, text('x')))
    expect(error).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected' })
    await nothingIsLost(world, host, committed)
  })

  it('beyond what has committed', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    for (let i = 0; i < 3; i++) await world.run(a.log.append('x'))
    await world.stop(b)
    watch(a.log.append('not committed'))
    const until = a.log.committed
    await world.until(() => a.log.head > until)
    for (const beyond of [until + 1, a.log.head, a.log.head + 1]) {
      const error = await world.fails(a.log.compact(beyond, text('x')))
      expect(error).toMatchObject({
        code: 'KAYAK_NOT_COMMITTED',
        outcome: 'rejected',
        retryable: true,
        message: containing(String(until)),
      })
    }
    await nothingIsLost(world, a, until)
  })

  it('not beyond the newest snapshot', async () => {
    const { world, host, until } = await founded()
    await world.run(host.log.compact(until, text('newest')))
    const seen = record(host.compaction$)
    for (const older of [until, until - 1, 1]) {
      const error = await world.fails(host.log.compact(older, text('older')))
      expect(error).toMatchObject({ code: 'KAYAK_COMPACTED', outcome: 'rejected', snapshotIndex: until })
    }
    expect(seen.values.map(({ type, index, error }) => [type, index, error?.code])).toEqual(
      [until, until - 1, 1].map(older => ['failed', older, 'KAYAK_COMPACTED']),
    )
    expect(await held(world, host)).toBe('newest')
    await world.stop(host)
  })

  it.each([null, undefined, 'text', 42, {}, new Uint8Array(3), ['text'], [null], from(['text']), Promise.resolve([])])(
    'with chunks that are none: %p',
    async chunks => {
      const { world, host, until } = await founded()
      // whoever writes JavaScript may pass anything
      const error = await world.fails(host.log.compact(until, chunks as Iterable<Uint8Array>))
      expect(error).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected' })
      await nothingIsLost(world, host, until)
    },
  )

  it('with chunks that fail themselves: the cause is told, and it is not called a defect of kayak', async () => {
    const cause = new Error('no more')
    function* failing() {
      yield Buffer.from('one')
      throw cause
    }
    async function* failingLater() {
      yield Buffer.from('one')
      throw cause
    }
    const fails$ = concat(
      of(Buffer.from('one')),
      throwError(() => cause),
    )
    for (const chunks of [failing(), failingLater(), fails$]) {
      const { world, host, until } = await founded()
      const seen = record(host.compaction$)
      const error = await world.fails(host.log.compact(until, chunks))
      expect(error).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected', cause })
      expect(seen.values.at(-1)).toMatchObject({ type: 'failed', index: until, error: { code: 'KAYAK_INVALID' } })
      await nothingIsLost(world, host, until)
    }
  })

  it('with chunks that throw when they are looked at', async () => {
    const world = new World()
    const host = await world.start('a')
    const { index } = await world.run(host.log.append('x'))
    const chunks = {
      get [Symbol.asyncIterator](): () => AsyncIterator<Uint8Array> {
        throw new Error('no')
      },
    }
    const error = await world.fails(host.log.compact(index, chunks))
    expect(error).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected', cause: new Error('no') })
    await world.run(host.log.compact(index, [Buffer.from('state')]))
    await world.stop(host)
  })

  it('while another one is under way', async () => {
    const { world, host, until } = await founded()
    const chunks = new Subject<Uint8Array>()
    const first = watch(host.log.compact(until - 1, chunks))
    await world.until(() => chunks.observed)
    for (const other of [until, until - 1, 1]) {
      const error = await world.fails(host.log.compact(other, text('other')))
      expect(error).toMatchObject({ code: 'KAYAK_OVERLOADED', outcome: 'rejected', retryable: true })
    }
    chunks.next(Buffer.from('first'))
    chunks.complete()
    await world.until(() => first.settled)
    expect(first.value).toMatchObject({ index: until - 1, bytes: 5 })
    await world.run(host.log.compact(until, text('second')))
    expect(await held(world, host)).toBe('second')
    await world.stop(host)
  })

  it('called twice at once ends in one of the two, whole', async () => {
    const { world, host, until } = await founded()
    world.disk('a').latencyMs = [1, 5]
    const both = [host.log.compact(until, text('a', 'a')), host.log.compact(until - 1, text('b', 'b'))].map(watch)
    await world.until(() => both.every(({ settled }) => settled))
    expect(both.map(({ error }) => error)).toEqual([undefined, expect.objectContaining({ code: 'KAYAK_OVERLOADED' })])
    expect(await held(world, host)).toBe('aa')
    await world.stop(host)
  })

  it('on a disk that fails: the host ends, and the log is whole when it starts again', async () => {
    const { world, host, until } = await founded()
    const failing = defer(() => {
      world.disk('a').failNextWrite()
      return of(Buffer.from('x'))
    })
    const seen = record(host.compaction$)
    expect(await world.fails(host.log.compact(until, failing))).toMatchObject({ code: 'KAYAK_STORAGE_FAILED' })
    expect(seen.values.at(-1)).toMatchObject({ type: 'failed', error: { code: 'KAYAK_STORAGE_FAILED' } })
    expect(await world.fails(host.log.append('x'))).toMatchObject({ code: 'KAYAK_STOPPED' })
    await world.stop(host)
    const again = await world.start('a')
    expect(await world.everything(again)).toHaveLength(3)
    expect(await world.run(again.log.snapshot())).toBeUndefined()
    await world.stop(again)
  })
})
