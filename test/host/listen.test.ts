import { take } from 'rxjs'
import { start, type Entry } from 'kayak'
import { record, World } from './world.js'

const payloads = (entries: readonly Entry[]): unknown[] => entries.map(({ payload }) => payload)

describe('log.listen', () => {
  it('gives history from the beginning, then what commits, without a gap', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const history = await world.run(Promise.all(['one', 'two', 'three'].map(text => a.log.append(text))))
    await world.until(() => b.log.committed >= (history[2]?.index ?? 0))
    const seen = [a, b].flatMap(({ log }) => [log.listen(), log.listen(0), log.listen(1)].map(record))
    const later = [await world.run(b.log.append('four')), await world.run(a.log.append('five'))]
    await world.until(() => seen.every(({ values }) => values.length === 5))
    for (const { values } of seen) expect(values).toEqual([...history, ...later])
    await world.stop(a, b)
  })

  it('begins at an index, inclusive, also where no entry of consumers stands', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const entries = await world.run(Promise.all(['one', 'two', 'three'].map(text => a.log.append(text))))
    for (let from = 0; from <= a.log.committed; from++) {
      const seen = record(a.log.listen(from))
      await world.breathe()
      expect(seen.values).toEqual(entries.filter(({ index }) => index >= from))
    }
    await world.stop(a, b)
  })

  it('begins at an index that is still to come, and skips what is before', async () => {
    const world = new World()
    const host = await world.start('a')
    const ahead = host.log.head + 3
    const seen = record(host.log.listen(ahead))
    for (const text of ['one', 'two', 'three', 'four']) await world.run(host.log.append(text))
    await world.until(() => seen.values.length === 2)
    expect(seen.values.map(({ index }) => index)).toEqual([ahead, ahead + 1])
    expect(payloads(seen.values)).toEqual(['three', 'four'])
    await world.stop(host)
  })

  it('gives nothing that has not committed', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const entry = await world.run(a.log.append('x'))
    await world.stop(b)
    const seen = record(a.log.listen())
    expect((await world.fails(a.log.append('y', { timeoutMs: 50 }))).outcome).toBe('unknown')
    expect(a.log.head).toBeGreaterThan(entry.index)
    const late = record(a.log.listen())
    await world.breathe()
    expect([seen.values, late.values]).toEqual([[entry], [entry]])
    await world.stop(a)
  })

  it('reads for each subscription by itself', async () => {
    const world = new World()
    const host = await world.start('a')
    const entries$ = host.log.listen()
    await world.run(host.log.append('one'))
    const early = record(entries$)
    await world.run(host.log.append('two'))
    const late = record(entries$)
    await world.until(() => late.values.length === 2)
    expect(payloads(early.values)).toEqual(['one', 'two'])
    expect(late.values).toEqual(early.values)
    await world.stop(host)
  })

  it('reads from the disk what memory no longer has, in pieces and in order', async () => {
    const world = new World()
    const before = await world.start('a', { maxPayloadBytes: 2 ** 20 })
    const large = Array.from({ length: 20 }, (_, at) => Buffer.alloc(300_000, at))
    await world.run(Promise.all(large.map(payload => before.log.append(payload))))
    await world.stop(before)
    world.disk('a').latencyMs = 3
    const options = world.options('a')
    const reading = jest.spyOn(options.storage, 'read')
    const host = await world.run(start('127.0.0.1:0', options))
    const seen = record(host.log.listen())
    await world.until(() => seen.values.length === 20)
    expect(seen.values.map(({ payload }) => Buffer.from(payload)[0])).toEqual(large.map((_, at) => at))
    expect(reading.mock.calls.length).toBeGreaterThan(5)
    await world.stop(host)
  })

  it('that is unsubscribed early reads no more', async () => {
    const world = new World()
    const before = await world.start('a', { maxPayloadBytes: 2 ** 20 })
    await world.run(Promise.all(Array.from({ length: 20 }, () => before.log.append(new Uint8Array(500_000)))))
    await world.stop(before)
    const options = world.options('a')
    const host = await world.run(start('127.0.0.1:0', options))
    await world.leaderOf([host])
    await world.until(() => host.log.committed === host.log.head)
    const reading = jest.spyOn(options.storage, 'read')
    const first = record(host.log.listen().pipe(take(1)))
    await world.until(() => first.end === 'complete')
    await world.pass(100)
    expect(first.values).toHaveLength(1)
    expect(reading).toHaveBeenCalledTimes(1)
    record(host.log.listen()).stop()
    await world.run(host.log.append('x'))
    await world.pass(100)
    expect(reading).toHaveBeenCalledTimes(2)
    await world.stop(host)
  })

  it('completes when the host stops, also for who was reading the disk, and gives nothing after that', async () => {
    const world = new World()
    const before = await world.start('a')
    await world.run(before.log.append('x'))
    await world.stop(before)
    const host = await world.start('a')
    await world.until(() => host.log.committed === host.log.head)
    world.disk('a').latencyMs = 50
    const reading = record(host.log.listen())
    const waiting = record(host.log.listen(host.log.committed + 1))
    await world.pass(10)
    expect([reading, waiting]).toMatchObject([
      { values: [], end: undefined },
      { values: [], end: undefined },
    ])
    await world.stop(host)
    expect([reading, waiting]).toMatchObject([
      { values: [], end: 'complete' },
      { values: [], end: 'complete' },
    ])
    const after = record(host.log.listen())
    await world.pass(100)
    expect(after).toMatchObject({ values: [], end: 'complete' })
  })

  it('errors when the host has failed for good', async () => {
    const world = new World()
    const host = await world.start('a')
    const seen = record(host.log.listen())
    const entry = await world.run(host.log.append('x'))
    world.disk('a').failNextWrite()
    const error = await world.fails(host.log.append('y'))
    expect(error).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'unknown', cause: { code: 'KAYAK_STORAGE_FAILED' } })
    expect(seen).toMatchObject({ values: [entry], end: 'error', error: { code: 'KAYAK_STORAGE_FAILED' } })
    const after = record(host.log.listen())
    await world.breathe()
    expect(after).toMatchObject({ values: [], end: 'error', error: { code: 'KAYAK_STORAGE_FAILED' } })
    await world.stop(host)
  })

  it.each([-1, 1.5, NaN, Infinity, 2 ** 53, '1', null, {}])('refuses to begin at %p', async from => {
    const world = new World()
    const host = await world.start('a')
    // whoever writes JavaScript may pass anything
    const seen = record(host.log.listen(from as number))
    await world.breathe()
    expect(seen).toMatchObject({ values: [], end: 'error', error: { code: 'KAYAK_INVALID', outcome: 'rejected' } })
    await world.stop(host)
  })
})
