import { concat, defer, finalize, NEVER, of, type Observable } from 'rxjs'
import { founded, held, text } from './compacting.js'
import { record, watch } from './world.js'

const MiB = 1024 * 1024

describe('a compaction that is cut short', () => {
  /** Stops a host in the middle of a compaction. */
  async function cutShort(chunks: Observable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    const { world, host, until } = await founded()
    const seen = record(host.compaction$)
    const compacting = watch(host.log.compact(until, chunks))
    await world.until(() => seen.values.at(-1)?.type === 'progress')
    await world.pass(10)
    expect(compacting.settled).toBe(false)
    await world.stop(host)
    expect(compacting.error).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'unknown' })
    expect(seen.values.at(-1)).toMatchObject({ type: 'failed', index: until, error: { code: 'KAYAK_STOPPED' } })
    expect(seen.end).toBe('complete')
    expect(await world.leftovers()).toBe(0)
    expect(await world.fails(host.log.compact(until, []))).toMatchObject({ code: 'KAYAK_STOPPED' })
    const again = await world.start('a')
    expect(await world.everything(again)).toHaveLength(3)
    await world.run(again.log.compact(until, text('later')))
    expect(await held(world, again)).toBe('later')
    await world.stop(again)
  }

  it('by a stop settles at once, lets go of an observable, and leaves the log as it was', async () => {
    let unsubscribed = false
    await cutShort(concat(of(Buffer.from('x')), NEVER).pipe(finalize(() => (unsubscribed = true))))
    expect(unsubscribed).toBe(true)
  })

  it('by a stop settles at once, lets go of an iterator, and leaves the log as it was', async () => {
    let returned = false
    const chunks: IteratorResult<Uint8Array>[] = [{ value: Buffer.from('x') }]
    const iterator: AsyncIterator<Uint8Array> = {
      next: () => {
        const result = chunks.shift()
        return result === undefined ? new Promise(() => {}) : Promise.resolve(result)
      },
      return: () => {
        returned = true
        return Promise.reject(new Error('what is left behind can not be told to anyone'))
      },
    }
    await cutShort({ [Symbol.asyncIterator]: () => iterator })
    expect(returned).toBe(true)
  })

  it('by an error of the disk lets go of what it was reading', async () => {
    const { world, host, until } = await founded()
    let released = false
    function* chunks() {
      try {
        for (;;) yield Buffer.alloc(MiB)
      } finally {
        released = true
      }
    }
    const progress = host.compaction$.subscribe(({ bytes }) => {
      if (bytes === 3 * MiB) world.disk('a').failNextWrite()
    })
    expect(await world.fails(host.log.compact(until, chunks()))).toMatchObject({ code: 'KAYAK_STORAGE_FAILED' })
    expect(released).toBe(true)
    progress.unsubscribe()
    await world.stop(host)
  })

  it('by a chunk that is none lets go of what it was reading', async () => {
    const { world, host, until } = await founded()
    let released = false
    function* chunks() {
      try {
        yield Buffer.from('x')
        // a program in JavaScript may give anything
        yield 'text' as unknown as Uint8Array
      } finally {
        released = true
      }
    }
    expect(await world.fails(host.log.compact(until, chunks()))).toMatchObject({ code: 'KAYAK_INVALID' })
    expect(released).toBe(true)
    await world.stop(host)
  })

  it('before it has begun reads nothing of what it was given', async () => {
    const { world, host, until } = await founded()
    let touched = 0
    const chunks$ = defer(() => (touched++, of(Buffer.from('x'))))
    await world.fails(host.log.compact(until + 1, chunks$))
    expect(touched).toBe(0)
    await world.run(host.log.compact(until, chunks$))
    expect(touched).toBe(1)
    await world.stop(host)
  })
})
