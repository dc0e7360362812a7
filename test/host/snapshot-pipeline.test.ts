import { filter, map, of, pipe, Subject, take, tap } from 'rxjs'
import { start, type Entry, type Host } from 'kayak'
import { decrypt, encrypt } from 'kayak/plugins/snapshot-encrypt'
import { gunzip, gzip } from 'kayak/plugins/snapshot-gzip'
import {
  acknowledge,
  applyEach,
  checksum,
  chunk,
  fromIndex,
  fromRows,
  oneByOne,
  PersistentMap,
  resume,
  toRows,
  untilCaughtUp,
  verifyChecksum,
  withSnapshot,
} from 'kayak/streams'
import { record, World } from './world.js'

const KiB = 1024
const MiB = 1024 * KiB
const LARGE = Buffer.alloc(MiB - 1, 'x')

type Counts = PersistentMap<string, number>
const count = (counts: Counts, payload: Entry['payload']): Counts => {
  const key = typeof payload === 'string' ? payload : 'bytes'
  return counts.set(key, (counts.get(key) ?? 0) + 1)
}
const key = { id: 'july', key: new Uint8Array(32).fill(7) }

const PIPELINES = [
  ['rows', toRows(), fromRows<Counts>()],
  ['gzip', pipe(toRows(), gzip(), chunk(64 * KiB)), pipe(gunzip(), fromRows<Counts>())],
  [
    'checksum, gzip and encryption',
    pipe(toRows(), checksum(), gzip(), encrypt(key), chunk(1000)),
    pipe(
      decrypt(() => key.key),
      gunzip(),
      verifyChecksum(),
      fromRows<Counts>(),
    ),
  ],
] as const

const restoring = { initial: PersistentMap.empty<string, number>(), restore: fromRows<Counts>() }

describe('a snapshot pipeline', () => {
  it.each(PIPELINES)('of %s goes through compact and snapshot, and comes back', async (_, snapshot, restore) => {
    const world = new World()
    const host = await world.start('a')
    for (let at = 0; at < 20; at++) await world.run(host.log.append(`word ${at % 7}`))
    const machine = record(withSnapshot(host, { ...restoring, restore }, resume(count)).pipe(acknowledge(host)))
    await world.until(() => machine.values.length === 21)
    const { index, state } = machine.values.at(-1) ?? { index: 0, state: restoring.initial }
    await world.run(host.log.compact(index, of(state).pipe(snapshot)))
    await world.run(host.log.append('after'))
    await world.stop(host)
    const back = await world.start('a')
    const again = record(withSnapshot(back, { ...restoring, restore }, resume(count)))
    await world.until(() => again.values.length === 2)
    expect(again.values[0]).toMatchObject({ index })
    expect([...(again.values[0]?.state ?? [])]).toEqual([...state])
    expect(again.values[1]?.state.get('after')).toBe(1)
    await world.stop(back)
    expect(again.end).toBe('complete')
  })

  it('is made no faster than the disk writes it, and its state is captured as it was', async () => {
    const world = new World()
    const host = await world.start('a')
    const { index } = await world.run(host.log.append('x'))
    let [pulled, written, ahead] = [0, 0, 0]
    function* rows(): Generator<Uint8Array> {
      for (let at = 0; at < 10_000; at++) {
        ahead = Math.max(ahead, ++pulled - written)
        yield new Uint8Array(KiB)
      }
    }
    const progress$ = host.compaction$.pipe(filter(({ type }) => type === 'progress'))
    progress$.subscribe(({ bytes }) => (written = Math.floor(bytes / KiB)))
    world.disk('a').latencyMs = 5
    const compacting = host.log.compact(index, of(rows()).pipe(toRows()))
    await world.until(() => pulled > 0)
    const appended = await world.run(host.log.append('meanwhile'))
    expect(appended.index).toBe(index + 1)
    expect(pulled).toBeLessThan(10_000)
    await world.run(compacting)
    expect(pulled).toBe(10_000)
    // 512 KiB and a piece are made ahead of the disk, what is under way to it among them
    expect(ahead).toBeLessThan(600)
    await world.stop(host)
  })
})

describe('the chunks of a snapshot', () => {
  it('are read no faster than they are restored', async () => {
    const world = new World()
    const options = world.options('a')
    const reads = jest.spyOn(options.storage, 'readSnapshot')
    const host = await world.run(start('127.0.0.1:7200', options))
    const { index } = await world.run(host.log.append('x'))
    const { chunks$ } = await world.run(host.log.compact(index, [new Uint8Array(16 * MiB)]))
    reads.mockClear()
    const done = new Subject<void>()
    const restored = record(
      chunks$.pipe(
        oneByOne(chunk =>
          done.pipe(
            take(1),
            map(() => chunk.byteLength),
          ),
        ),
      ),
    )
    await world.pass(1000)
    expect(reads.mock.calls.length).toBeLessThan(4)
    while (restored.end === undefined) {
      done.next()
      await world.breathe()
    }
    expect(restored.values.reduce((sum, bytes) => sum + bytes)).toBe(16 * MiB)
    await world.stop(host)
  })
})

describe('entries under backpressure', () => {
  it('are read no faster than they are handled, without a gap or a double, while more commit', async () => {
    const world = new World()
    const before = await world.start('a', { maxPayloadBytes: MiB })
    const history = await world.run(Promise.all(Array.from({ length: 30 }, () => before.log.append(LARGE))))
    await world.stop(before)
    const options = world.options('a')
    const reads = jest.spyOn(options.storage, 'read')
    const host = await world.run(start('127.0.0.1:0', options))
    await world.until(() => host.log.committed === host.log.head)
    const begun = reads.mock.calls.length
    const done = new Subject<void>()
    const handled = record(
      fromIndex(host, 1).pipe(
        map(({ index }) => ({ index })),
        oneByOne(one =>
          done.pipe(
            take(1),
            map(() => one),
          ),
        ),
      ),
    )
    await world.pass(1000)
    const read = reads.mock.calls.length - begun
    expect(read).toBeLessThan(5)
    await world.pass(1000)
    expect(reads.mock.calls.length - begun).toBe(read)
    const later: Entry[] = []
    for (let at = 0; at < 100; at++) {
      if (at % 10 === 0) later.push(await world.run(host.log.append(`later ${at}`)))
      done.next()
      await world.breathe()
    }
    expect(handled.values.map(({ index }) => index)).toEqual([...history, ...later].map(({ index }) => index))
    handled.stop()
    await world.stop(host)
  })

  it('let a consumer that takes no time catch up, also behind entries that nobody sees', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const { index } = await world.run(a.log.append('x', { id: 'once' }))
    await world.run(a.log.append('x', { id: 'once' }))
    await world.run(a.transferLeadership())
    await world.run(b.sync.barrier())
    for (const host of [a, b]) {
      expect(host.log.shown).toBe(index)
      const seen = record(fromIndex(host, 1).pipe(untilCaughtUp(host)))
      await world.until(() => seen.end !== undefined)
      expect(seen).toMatchObject({ end: 'complete' })
      expect(seen.values.map(entry => entry.index)).toEqual([index])
    }
    await world.stop(a, b)
  })

  it('of which all is in the snapshot are caught up with at once', async () => {
    const world = new World()
    const host = await world.start('a')
    const { index } = await world.run(host.log.append('x'))
    await world.run(host.log.compact(index, []))
    expect(host.log.shown).toBe(0)
    const seen = record(fromIndex(host, index + 1).pipe(untilCaughtUp(host)))
    await world.until(() => seen.end !== undefined)
    expect(seen).toMatchObject({ values: [], end: 'complete' })
    await world.stop(host)
  })
})

describe('withSnapshot on a follower', () => {
  async function followed(): Promise<{ world: World; hosts: [Host, Host, Host] }> {
    const world = new World()
    return { world, hosts: await world.trio() }
  }

  it('begins anew when the leader has installed a snapshot, and reads wait for what it has applied', async () => {
    const { world, hosts } = await followed()
    const [a, , c] = hosts
    const machine = record(withSnapshot(c, restoring, resume(count)).pipe(acknowledge(c)))
    const effects: number[] = []
    const mailing = record(
      withSnapshot(c, restoring, (_, entry$) =>
        entry$.pipe(applyEach(({ index }) => of(index).pipe(tap(at => effects.push(at))))),
      ),
    )
    const { index: before } = await world.run(a.log.append('before'))
    await world.until(() => machine.values.at(-1)?.index === before)
    world.network.isolate(c.self.address)
    await world.run(Promise.all(Array.from({ length: 20 }, () => a.log.append(LARGE))))
    const until = a.log.committed
    const state = PersistentMap.from([
      ['before', 1],
      ['bytes', 20],
    ])
    await world.run(a.log.compact(until, of(state).pipe(toRows())))
    world.network.heal()
    await world.until(() => machine.values.at(-1)?.index === until)
    const { index: after } = await world.run(a.log.append('after'))
    const read = await world.run(c.read(() => machine.values.at(-1)))
    expect(read?.index).toBe(after)
    expect(machine.values.map(({ index }) => index)).toEqual([0, before, until, after])
    expect(Object.fromEntries(machine.values.at(-1)?.state ?? [])).toEqual({ before: 1, bytes: 20, after: 1 })
    expect(effects).toEqual([before, after])
    await world.stop(...hosts)
    expect([machine.end, mailing.end]).toEqual(['complete', 'complete'])
  })

  it('begins anew where its own compaction overtakes what it is reading', async () => {
    const world = new World()
    const before = await world.start('a', { maxPayloadBytes: MiB })
    await world.run(Promise.all(Array.from({ length: 10 }, () => before.log.append(LARGE))))
    const until = before.log.committed - 2
    await world.stop(before)
    const host = await world.start('a')
    await world.until(() => host.log.committed === host.log.head)
    world.disk('a').latencyMs = 20
    const machine = record(withSnapshot(host, restoring, resume(count)))
    await world.until(() => machine.values.length === 3)
    world.disk('a').latencyMs = 0
    const state = PersistentMap.from([['bytes', 8]])
    await world.run(host.log.compact(until, of(state).pipe(toRows())))
    await world.until(() => machine.values.at(-1)?.state.get('bytes') === 10)
    expect(machine.end).toBeUndefined()
    await world.stop(host)
  })
})
