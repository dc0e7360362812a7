import { Subject } from 'rxjs'
import { record, watch, World } from './world.js'

describe('log.listen over a part that is compacted', () => {
  it('errors KAYAK_COMPACTED with the index of the snapshot, whatever tail is kept inside', async () => {
    const world = new World()
    const host = await world.start('a')
    const entries = await world.run(Promise.all(['one', 'two', 'three', 'four'].map(text => host.log.append(text))))
    const [first, , until] = entries.map(({ index }) => index)
    const open = record(host.log.listen())
    await world.until(() => open.values.length === 4)
    await world.run(host.log.compact(until ?? 0, [Buffer.from('state')]))
    for (const from of [0, 1, first ?? 0, until ?? 0]) {
      const seen = record(host.log.listen(from))
      await world.breathe()
      expect(seen).toMatchObject({ values: [], end: 'error' })
      expect(seen.error).toMatchObject({ code: 'KAYAK_COMPACTED', snapshotIndex: until, outcome: 'rejected' })
    }
    const after = record(host.log.listen((until ?? 0) + 1))
    const last = await world.run(host.log.append('five'))
    expect(after).toMatchObject({ values: [entries[3], last], end: undefined })
    expect(open).toMatchObject({ values: [...entries, last], end: undefined })
    await world.stop(host)
  })

  it('ends with it where a snapshot overtakes who was still reading', async () => {
    const world = new World()
    const before = await world.start('a', { maxPayloadBytes: 2 ** 20 })
    const appending = Array.from({ length: 10 }, () => before.log.append(new Uint8Array(900_000)))
    const entries = await world.run(Promise.all(appending))
    await world.stop(before)
    const host = await world.start('a')
    await world.until(() => host.log.committed === host.log.head)
    world.disk('a').latencyMs = 20
    const until = entries[6]?.index ?? 0
    const [chunks, compactions] = [new Subject<Uint8Array>(), record(host.compaction$)]
    const compacting = watch(host.log.compact(until, chunks))
    await world.until(() => chunks.observed)
    const reading = record(host.log.listen())
    await world.until(() => reading.values.length === 2)
    chunks.complete()
    await world.until(() => compacting.settled)
    expect(compactions.values.at(-1)).toMatchObject({ type: 'finished', index: until })
    expect(reading.end).toBeUndefined()
    await world.until(() => reading.end !== undefined)
    expect(reading.values.length).toBeGreaterThan(0)
    expect(reading.values.map(({ index }) => index)).toEqual(
      entries.slice(0, reading.values.length).map(({ index }) => index),
    )
    expect(reading.error).toMatchObject({ code: 'KAYAK_COMPACTED', snapshotIndex: until })
    await world.stop(host)
  })
})
