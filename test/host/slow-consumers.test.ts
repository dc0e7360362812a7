import { concatMap, map, timer, type Observable } from 'rxjs'
import type { Host } from 'kayak'
import { applyEach, batched, fromIndex } from 'kayak/streams'
import { record, World } from './world.js'

const COUNT = 12
const SECOND = 1000

/** Takes a second an entry, and keeps what it took. */
async function consume(world: World, host: Host, seen: number[]): Promise<void> {
  for await (const { index } of host.log.entries()) {
    await new Promise<void>(resolve => void world.clock.schedule(() => resolve(), SECOND))
    seen.push(index)
    if (seen.length === COUNT) return
  }
}

describe('a consumer that takes a second an entry, three times an election timeout,', () => {
  it('costs its member no leadership and no append its time, whichever way it listens', async () => {
    const world = new World()
    const hosts = await world.trio()
    const [a, ...others] = hosts
    const { term } = a
    const slow = { entries: [] as number[], committed: [] as number[], listening: [] as number[] }
    const slowly = concatMap(({ index }: { readonly index: number }) =>
      timer(SECOND, world.clock).pipe(map(() => index)),
    )
    const consuming = consume(world, a, slow.entries)
    a.committed$.pipe(slowly).subscribe(index => slow.committed.push(index))
    a.log
      .listen()
      .pipe(slowly)
      .subscribe(index => slow.listening.push(index))
    const events = record(a.events$)
    const indexes: number[] = []
    for (let at = 0; at < COUNT; at++) {
      const begun = world.clock.now()
      indexes.push((await world.run(a.log.append(`entry ${at}`))).index)
      expect(world.clock.now() - begun).toBeLessThan(100)
    }
    expect(slow.entries.length).toBeLessThan(COUNT)
    await world.run(consuming)
    await world.pass(SECOND)
    expect(slow).toEqual({ entries: indexes, committed: indexes, listening: indexes })
    expect([a.role, a.term]).toEqual(['leader', term])
    expect(events.values.map(({ type }) => type)).not.toContain('stalled')
    await world.stop(a, ...others)
  })
})

describe('a consumer that bounds what may wait', () => {
  it('is not overwhelmed by a log that waits, however much of it is read at once', async () => {
    const world = new World()
    const host = await world.start('a')
    for (let at = 0; at < 300; at++) await world.run(host.log.append(`entry ${at}`))
    const slow = (): Observable<number> => timer(1, world.clock)
    const seen = [
      record(fromIndex(host, 1).pipe(applyEach(slow, { maxWaiting: 100 }))),
      record(fromIndex(host, 1).pipe(batched(slow, { maxBatch: 10, maxWaiting: 100 }))),
    ]
    await world.until(() => (seen[0]?.values.length ?? 0) >= 300 && (seen[1]?.values.length ?? 0) >= 30)
    expect(seen.map(({ error }) => error)).toEqual([undefined, undefined])
    await world.stop(host)
    expect(seen.map(({ end }) => end)).toEqual(['complete', 'complete'])
  })
})
