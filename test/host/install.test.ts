import { EMPTY } from 'rxjs'
import { type Compaction, type Entry, type Host, type Snapshot } from 'kayak'
import { bytesOf, record, T, watch, World } from './world.js'

const MiB = 1024 * 1024
const LARGE = Buffer.alloc(MiB - 1, 'x')

/** A leader, its follower, and a third member that is cut off and so far behind that it needs the leader's snapshot. */
async function farBehind() {
  const world = new World()
  const [a, b, c] = await world.trio()
  const before = await world.run(a.log.append('before'))
  await world.until(() => c.log.committed >= before.index)
  const seen = { ...streamsOf(c), behind: c.log.entries()[Symbol.asyncIterator]() }
  await world.run(seen.behind.next())
  world.network.isolate(c.self.address)
  await world.run(Promise.all(Array.from({ length: 20 }, () => a.log.append(LARGE))))
  const until = a.log.committed
  await world.run(a.log.compact(until, [Buffer.from('the '), Buffer.from('state')]))
  return { world, a, b, c, until, before, ...seen }
}

/** What a member tells, in the order in which it does. */
function streamsOf(host: Host) {
  const order: (Entry | Compaction)[] = []
  host.committed$.subscribe(entry => order.push(entry))
  host.compaction$.subscribe(compaction => order.push(compaction))
  return {
    order,
    listening: record(host.log.listen()),
    waiting: watch(host.log.entries(1000)[Symbol.asyncIterator]().next()),
  }
}

const kindOf = (one: Entry | Compaction): string => ('kind' in one ? `entry ${one.index}` : `${one.type} ${one.index}`)

const textOf = async (world: World, snapshot: Snapshot | undefined): Promise<string> =>
  (await bytesOf(world, snapshot?.chunks$ ?? EMPTY)).toString()

describe("a follower that gets the leader's snapshot", () => {
  it('says installed before the next entry of committed$, and has the snapshot then', async () => {
    const { world, a, b, c, until, order } = await farBehind()
    const events = record(a.events$)
    const machine: unknown[] = []
    c.compaction$.subscribe(({ type }) => {
      if (type === 'installed')
        void c.log.snapshot().then(async snapshot => machine.push(await textOf(world, snapshot)))
    })
    world.network.heal()
    await world.until(() => c.log.committed >= until)
    const next = await world.run(a.log.append('after'))
    await world.until(() => c.log.committed >= next.index)
    expect(order.map(kindOf)).toEqual([`started ${until}`, `installed ${until}`, `entry ${next.index}`])
    expect(order[1]).toEqual({ type: 'installed', index: until, bytes: 9 })
    expect(await world.run(c.log.snapshot())).toMatchObject({ index: until, bytes: 9 })
    expect(machine).toEqual(['the state'])
    expect(events.values).toContainEqual(
      expect.objectContaining({ type: 'snapshot-sent', to: c.self.id, index: until }),
    )
    await world.stop(a, b, c)
  })

  it('ends those that have lost their place with KAYAK_COMPACTED, and lets the others go on', async () => {
    const { world, a, b, c, until, before, listening, behind } = await farBehind()
    const ahead = record(c.log.listen(until + 2))
    world.network.heal()
    await world.until(() => c.log.committed >= until && listening.end !== undefined)
    expect(listening.values).toEqual([before])
    expect(listening).toMatchObject({ end: 'error', error: { code: 'KAYAK_COMPACTED', snapshotIndex: until } })
    expect(await world.fails(behind.next())).toMatchObject({ code: 'KAYAK_COMPACTED', snapshotIndex: until })
    const [first, second] = [await world.run(a.log.append('one')), await world.run(a.log.append('two'))]
    await world.until(() => ahead.values.length > 0)
    expect(ahead).toMatchObject({ values: first.index < until + 2 ? [second] : [first, second], end: undefined })
    const again = record(c.log.listen(until + 1))
    await world.until(() => again.values.length === 2)
    expect(again.values).toEqual([first, second])
    await world.stop(a, b, c)
  })

  it('keeps it, and goes on from it after a restart', async () => {
    const { world, a, b, c, until } = await farBehind()
    world.network.heal()
    await world.until(() => c.log.committed >= until)
    await world.stop(a, b, c)
    const [back, other] = [await world.start('c'), await world.start('b')]
    expect(back.log.committed).toBe(until)
    expect(await textOf(world, await world.run(back.log.snapshot()))).toBe('the state')
    expect((await world.run(back.log.append('x', { timeoutMs: 60_000 }))).index).toBeGreaterThan(until)
    await world.stop(back, other)
  })

  it('settles an append that only the snapshot tells of', async () => {
    const { world, a, b, c } = await farBehind()
    const id = { session: 'till', number: 1 }
    const committed = await world.run(a.log.append('coffee', { id }))
    await world.run(Promise.all(Array.from({ length: 20 }, () => a.log.append(LARGE))))
    await world.run(a.log.compact(a.log.committed, [Buffer.from('newer')]))
    const waiting = watch(c.log.append('coffee', { id, timeoutMs: 60_000 }))
    await world.breathe()
    world.network.heal()
    await world.until(() => waiting.settled)
    expect(waiting.value).toEqual(committed)
    await world.stop(a, b, c)
  })

  it('finishes its own compaction first', async () => {
    const { world, a, b, c, until, before, order } = await farBehind()
    let go = (): void => {}
    const gate = new Promise<void>(resolve => (go = resolve))
    async function* chunks() {
      yield Buffer.from('own')
      await gate
    }
    const own = watch(c.log.compact(before.index, chunks()))
    await world.until(() => order.map(kindOf).includes(`progress ${before.index}`))
    world.network.heal()
    await world.pass(10 * T)
    expect(c.log.committed).toBeLessThan(until)
    go()
    await world.until(() => c.log.committed >= until)
    expect(own.value).toMatchObject({ index: before.index, bytes: 3 })
    expect(order.map(kindOf).slice(-3)).toEqual([`finished ${before.index}`, `started ${until}`, `installed ${until}`])
    expect(await textOf(world, await world.run(c.log.snapshot()))).toBe('the state')
    await world.stop(a, b, c)
  })
})

describe('a joiner', () => {
  /** A founder whose log begins with a snapshot of so many bytes. */
  async function compacted(bytes: number): Promise<{ world: World; a: Host; until: number; state: Buffer }> {
    const world = new World()
    const a = await world.start('a')
    for (const text of ['one', 'two', 'three']) await world.run(a.log.append(text))
    const until = a.log.committed - 1
    const state = Buffer.alloc(bytes, 'state ')
    await world.run(a.log.compact(until, [state]))
    return { world, a, until, state }
  }

  it('begins with the snapshot of the cluster, and what follows it', async () => {
    const { world, a, until, state } = await compacted(10)
    const b = await world.join('b', [a])
    const snapshot = await world.run(b.log.snapshot())
    expect(snapshot).toMatchObject({ index: until, term: a.term, bytes: 10 })
    expect(await textOf(world, snapshot)).toBe(state.toString())
    const [all, rest] = [record(b.log.listen()), record(b.log.listen(until + 1))]
    await world.breathe()
    expect(all).toMatchObject({ values: [], error: { code: 'KAYAK_COMPACTED', snapshotIndex: until } })
    expect(rest.values).toMatchObject([{ payload: 'three' }])
    await world.stop(a, b)
  })

  it.each([0, 1, 256 * 1024 - 1, 256 * 1024, 3 * MiB + 1])(
    'gets a snapshot of %d bytes over a bad network',
    async bytes => {
      const { world, a, state } = await compacted(bytes)
      world.network.setFaults({ drop: 0.2, duplicate: 0.2, reorder: 0.2, delayMs: [1, 20] })
      const b = await world.join('b', [a])
      world.network.setFaults({ drop: 0, duplicate: 0, reorder: 0, delayMs: [0.1, 0.1] })
      const snapshot = await world.run(b.log.snapshot())
      const given = await bytesOf(world, snapshot?.chunks$ ?? EMPTY)
      expect(snapshot?.bytes).toBe(bytes)
      expect(Buffer.compare(given, state)).toBe(0)
      await world.stop(a, b)
    },
  )

  it('gets there though newer snapshots appear while it is being sent one', async () => {
    const { world, a, until } = await compacted(3 * MiB)
    world.network.setFaults({ delayMs: [20, 20] })
    const joining = watch(world.join('b', [a], { joinTimeoutMs: 60_000 }))
    let newer = 0
    for (let round = 0; round < 5; round++) {
      await world.pass(100)
      const { index } = await world.run(a.log.append('more'))
      if (index > until) newer = (await world.run(a.log.compact(index, [Buffer.alloc(2 * MiB, round)]))).index
    }
    await world.until(() => joining.settled)
    expect(joining.error).toBeUndefined()
    const b = joining.value
    expect(newer).toBeGreaterThan(until)
    expect((await world.run(a.log.append('last'))).index).toBeGreaterThan(newer)
    await world.until(() => b?.log.committed === a.log.committed)
    if (b !== undefined) await world.stop(b)
    await world.stop(a)
  })
})
