import { take, type Observable } from 'rxjs'
import { type Entry, type Host } from 'kayak'
import { record, T, watch, World, type Outcome } from './world.js'

const hotOf = ({ committed$, compaction$, events$ }: Host): readonly Observable<unknown>[] => [
  committed$,
  compaction$,
  events$,
]

/** Lets each of the hot streams of a host emit. */
async function stir(world: World, host: Host): Promise<void> {
  const { index } = await world.run(host.log.append('x'))
  await world.run(host.log.compact(index, []))
  await world.run(world.join(`${world.clock.now()}`, [host]).then(joined => joined.close()))
}

describe('committed$, compaction$ and events$', () => {
  it('are hot: they replay nothing, and give everyone what comes from now on', async () => {
    const world = new World()
    const host = await world.start('a')
    const early = hotOf(host).map(record)
    await stir(world, host)
    const counts = early.map(({ values }) => values.length)
    for (const count of counts) expect(count).toBeGreaterThan(0)
    const late = hotOf(host).map(record)
    await world.breathe()
    expect(late.map(({ values }) => values)).toEqual([[], [], []])
    await stir(world, host)
    for (const [at, { values }] of late.entries()) {
      expect(values.length).toBeGreaterThan(0)
      expect(early[at]?.values.slice(counts[at])).toEqual(values)
    }
    await world.stop(host)
  })

  it('complete when the host stops, also for who subscribes after that', async () => {
    const world = new World()
    const host = await world.start('a')
    const early = hotOf(host).map(record)
    await world.stop(host)
    const late = hotOf(host).map(record)
    expect([...early, ...late].map(({ end }) => end)).toEqual(Array(6).fill('complete'))
  })

  it('end when the host has failed for good: committed$ with the error, events$ after telling of it', async () => {
    const world = new World()
    const host = await world.start('a')
    const [commits, compactions, events] = [record(host.committed$), record(host.compaction$), record(host.events$)]
    world.disk('a').failNextWrite()
    const error = await world.fails(host.log.append('x'))
    await world.until(() => commits.end !== undefined)
    expect(error).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'unknown', cause: commits.error })
    expect(commits).toMatchObject({ values: [], end: 'error', error: { code: 'KAYAK_STORAGE_FAILED' } })
    expect(compactions.end).toBe('complete')
    expect(events.end).toBe('complete')
    expect(events.values.at(-1)).toMatchObject({ type: 'failed', error: { code: 'KAYAK_STORAGE_FAILED' } })
    const late = record(host.committed$)
    expect(late).toMatchObject({ values: [], end: 'error', error: commits.error })
    expect(await world.leftovers()).toBe(0)
    await world.stop(host)
  })

  it('cost nothing to who has unsubscribed, from inside a callback too', async () => {
    const world = new World()
    const host = await world.start('a')
    const recordings = hotOf(host).map(stream$ => record(stream$.pipe(take(1))))
    const stopped = hotOf(host).map(record)
    for (const recording of stopped) recording.stop()
    await stir(world, host)
    await stir(world, host)
    expect(recordings.map(({ values, end }) => [values.length, end])).toEqual(Array(3).fill([1, 'complete']))
    expect(stopped.map(({ values, end }) => [values.length, end])).toEqual(Array(3).fill([0, undefined]))
    await world.stop(host)
  })

  it('let a callback subscribe, which then gets what comes next', async () => {
    const world = new World()
    const host = await world.start('a')
    const inner: unknown[] = []
    host.committed$.pipe(take(1)).subscribe(() => {
      host.committed$.subscribe(({ payload }) => inner.push(payload))
    })
    for (const text of ['one', 'two', 'three']) await world.run(host.log.append(text))
    expect(inner).toEqual(['two', 'three'])
    await world.stop(host)
  })
})

describe('committed$', () => {
  it('gives every committed entry once, in one order, on every member, whatever happens to the leader', async () => {
    const world = new World()
    const hosts = await world.trio()
    const seen = hosts.map(host => record(host.committed$))
    const appending: Outcome<Entry>[] = []
    for (const host of hosts) {
      for (const other of hosts) appending.push(watch(other.log.append(`${appending.length}`, { timeoutMs: 60_000 })))
      await world.breathe()
      world.network.isolate(host.self.address)
      await world.pass(3 * T)
      world.network.heal()
      await world.pass(3 * T)
    }
    await world.until(() => appending.every(({ settled }) => settled))
    await world.until(() => new Set(hosts.map(({ log }) => log.committed)).size === 1)
    expect(seen[0]?.values.map(({ payload }) => payload).sort()).toEqual(appending.map((_, at) => `${at}`))
    expect(seen[1]?.values).toEqual(seen[0]?.values)
    expect(seen[2]?.values).toEqual(seen[0]?.values)
    const indexes = seen[0]?.values.map(({ index }) => index) ?? []
    expect(indexes).toEqual([...new Set(indexes)].sort((x, y) => x - y))
    await world.stop(...hosts)
  })

  it('gives no entries of kayak itself', async () => {
    const world = new World()
    const a = await world.start('a')
    const seen = record(a.committed$)
    const { head } = a.log
    const b = await world.join('b', [a])
    expect(a.log.committed).toBeGreaterThan(head)
    expect(seen.values).toEqual([])
    await world.stop(a, b)
  })
})
