import { type AppendId, type Entry, type Host } from 'kayak'
import { withDuplicate } from './duplicate.js'
import { record, T, watch, World } from './world.js'

const IDS: readonly AppendId[] = ['one of a kind', { session: 'till-7', number: 42 }]

describe('an append under an id', () => {
  it.each(IDS)('is applied once, however often and through whichever member: %j', async id => {
    const world = new World()
    const hosts = await world.trio()
    const seen = hosts.map(host => record(host.committed$))
    const first = await world.run(hosts[1].log.append('x', { id }))
    for (const host of hosts) expect(await world.run(host.log.append('x', { id }))).toEqual(first)
    const last = await world.run(hosts[0].log.append('last'))
    await world.until(() => hosts.every(({ log }) => log.committed >= last.index))
    for (const { values } of seen) expect(values).toEqual([first, last])
    await world.stop(...hosts)
  })

  it('is applied once when all members append it at the same time', async () => {
    const world = new World()
    const hosts = await world.trio()
    const seen = hosts.map(host => record(host.committed$))
    const [a, b, c] = await world.run(Promise.all(hosts.map(host => host.log.append('x', { id: 'x' }))))
    expect([b, c]).toEqual([a, a])
    const last = await world.run(hosts[0].log.append('last'))
    await world.until(() => hosts.every(({ log }) => log.committed >= last.index))
    for (const { values } of seen) expect(values).toEqual([a, last])
    expect(last.index).toBe((a?.index ?? 0) + 1)
    await world.stop(...hosts)
  })

  it('is shown once where it stands in the log twice', async () => {
    const world = new World()
    const { a, b, first } = await withDuplicate(world)
    expect(b.log.head).toBe(first.index + 2)
    for (const host of [a, b]) expect(await world.everything(host)).toEqual([first])
    expect(await world.run(a.log.append('y', { id: 'x' }))).toEqual(first)
    await world.stop(a, b)
  })

  it('is answered with what was appended first', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const first = await world.run(a.log.append('first', { id: 'x' }))
    for (const host of [b, a, b]) expect(await world.run(host.log.append('second', { id: 'x' }))).toEqual(first)
    const together = await world.run(
      Promise.all([a.log.append('here', { id: 'y' }), b.log.append('there', { id: 'y' })]),
    )
    expect(together[1]).toEqual(together[0])
    expect(['here', 'there']).toContain(together[0].payload)
    expect(await world.everything(b)).toEqual([first, together[0]])
    await world.stop(a, b)
  })

  it('takes no place in the log where the leader knows of it, though the member that asks does not', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    world.network.cut(a.self.address, c.self.address)
    const first = await world.run(a.log.append('x', { id: 'x' }))
    const again = watch(c.log.append('x', { id: 'x' }))
    await world.pass(10)
    expect(c.log.committed).toBeLessThan(first.index)
    world.network.heal()
    await world.until(() => again.settled)
    expect(again.value).toEqual(first)
    expect([a.log.head, b.log.head]).toEqual([first.index, first.index])
    await world.stop(a, b, c)
  })

  it('is told apart by session and by number, and from a string', async () => {
    const world = new World()
    const host = await world.start('a')
    const ids: AppendId[] = [
      's',
      't',
      { session: 's', number: 1 },
      { session: 's', number: 2 },
      { session: 't', number: 1 },
    ]
    const entries = await world.run(Promise.all(ids.map(id => host.log.append('x', { id }))))
    expect(new Set(entries.map(({ index }) => index)).size).toBe(ids.length)
    await world.stop(host)
  })

  it('can be tried again through another member when the first one is gone', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const before = watch(a.log.append('x', { id: 'x', timeoutMs: 60_000 }))
    await world.breathe()
    await world.stop(a)
    expect(before.error).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'unknown' })
    const after = await world.run(b.log.append('x', { id: 'x', timeoutMs: 60_000 }))
    const again = await world.start('a')
    await world.until(() => again.log.committed >= after.index)
    for (const host of [again, b, c]) expect(await world.everything(host)).toEqual([after])
    await world.stop(again, b, c)
  })

  it('can be tried again when a deadline left it unknown, whether it had been taken or not', async () => {
    for (const cut of ['to', 'from'] as const) {
      const world = new World()
      const [a, b, c] = await world.trio()
      if (cut === 'to') world.network.cut(c.self.address, a.self.address)
      else world.network.cut(a.self.address, c.self.address)
      const error = await world.fails(c.log.append('x', { id: 'x', timeoutMs: T / 2 }))
      expect(error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'unknown' })
      world.network.heal()
      const entry = await world.run(c.log.append('x', { id: 'x', timeoutMs: 60_000 }))
      for (const host of [a, b, c]) expect(await world.everything(host)).toEqual([entry])
      await world.stop(a, b, c)
    }
  })

  it('is still known after a restart', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const first = await world.run(a.log.append('x', { id: 'x' }))
    await world.stop(a, b)
    const [again, other] = [await world.start('a'), await world.start('b')]
    expect(await world.run(other.log.append('x', { id: 'x' }))).toEqual(first)
    expect(await world.everything(again)).toEqual([first])
    await world.stop(again, other)
  })

  it('is still known when the log that had it is compacted, here and where a snapshot was installed', async () => {
    const world = new World()
    const before = await world.start('a')
    const first = await world.run(before.log.append('x', { id: 'x' }))
    const { index } = await world.run(before.log.append('y'))
    await world.run(before.log.compact(index, [Buffer.from('state')]))
    await world.stop(before)
    const a = await world.start('a')
    const b = await world.join('b', [a])
    expect(await world.run(b.log.snapshot())).toMatchObject({ index })
    const seen = [a, b].map(host => record(host.committed$))
    for (const host of [a, b]) expect(await world.run(host.log.append('x', { id: 'x' }))).toEqual(first)
    const last = await world.run(b.log.append('last'))
    await world.until(() => a.log.committed >= last.index)
    for (const { values } of seen) expect(values).toEqual([last])
    await world.stop(a, b)
  })
})

describe('a session', () => {
  it('may have its numbers come in any order', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const numbers = [3, 1, 2, 5, 4]
    const entries = await world.run(
      Promise.all(
        numbers.map((number, at) => (at % 2 ? a : b).log.append(String(number), { id: { session: 's', number } })),
      ),
    )
    expect((await world.everything(a)).map(({ payload }) => payload).sort()).toEqual(['1', '2', '3', '4', '5'])
    expect(new Set(entries.map(({ index }) => index)).size).toBe(5)
    await world.stop(a, b)
  })

  it('remembers its last 4096 answers, and says so of those before', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const append = (host: Host, number: number): Promise<Entry> =>
      host.log.append(String(number), { id: { session: 's', number } })
    const entries = await world.run(Promise.all(Array.from({ length: 4097 }, (_, at) => append(b, at + 1))))
    expect(await world.run(append(a, 2))).toEqual(entries[1])
    const head = a.log.head
    for (const host of [a, b]) {
      const error = await world.fails(append(host, 1))
      expect(error).toMatchObject({ code: 'KAYAK_SESSION_EXPIRED', outcome: 'unknown', retryable: false })
    }
    expect(await world.everything(a)).toEqual(entries)
    expect(a.log.head).toBe(head)
    await world.stop(a, b)
  })

  it('of which a number comes too late though nobody knew yet is not applied', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const far = a.log.append('far', { id: { session: 's', number: 5000 } })
    const late = b.log.append('late', { id: { session: 's', number: 1 } })
    expect(await world.fails(late)).toMatchObject({ code: 'KAYAK_SESSION_EXPIRED', outcome: 'unknown' })
    const entry = await world.run(far)
    for (const host of [a, b]) expect(await world.everything(host)).toEqual([entry])
    await world.stop(a, b)
  })

  it("of a host's own appends never expires, though one waits while thousands come and go", async () => {
    const world = new World()
    const [a, b] = await world.pair()
    world.network.cut(b.self.address, a.self.address)
    const waiting = watch(b.log.append('first', { timeoutMs: 60_000 }))
    await world.breathe()
    const rest = Array.from({ length: 5000 }, (_, at) => b.log.append(String(at), { timeoutMs: 60_000 }))
    world.network.heal()
    const entries = await world.run(Promise.all(rest))
    await world.until(() => waiting.settled)
    expect(waiting.value?.payload).toBe('first')
    const all = await world.everything(a)
    expect(all).toHaveLength(5001)
    expect(new Set(all.map(({ index }) => index))).toEqual(
      new Set([waiting.value, ...entries].map(entry => entry?.index)),
    )
    await world.stop(a, b)
  })
})
