import { EMPTY } from 'rxjs'
import { type Entry, type Host } from 'kayak'
import { bytesOf, record, T, World } from './world.js'

const NAMES = ['a', 'b', 'c']
const state = (entries: readonly Entry[]): unknown[] => entries.map(({ index, payload }) => [index, payload])

/** Starts all members of a trio again, each as it likes. */
async function again(world: World, order = NAMES): Promise<[Host, Host, Host]> {
  const started = new Map<string, Host>()
  for (const name of order) started.set(name, await world.start(name))
  const hosts = NAMES.map(name => started.get(name))
  const [a, b, c] = hosts
  if (a === undefined || b === undefined || c === undefined) throw new Error('All three are to be started.')
  return [a, b, c]
}

describe('a cluster whose members have all been stopped', () => {
  it('goes on with all that it had, in whatever order they start', async () => {
    for (const order of [NAMES, ['c', 'a', 'b'], ['b', 'c', 'a']]) {
      const world = new World()
      const before = await world.trio()
      for (let i = 0; i < 5; i++) await world.run(before[1].log.append(`entry ${i}`))
      const held = state(await world.everything(before[2]))
      const { term } = await world.leaderOf(before)
      await world.stop(...before)
      const after = await again(world, order)
      const leader = await world.leaderOf(after)
      expect(after.map(({ self }) => self)).toEqual(before.map(({ self }) => self))
      expect(leader.term).toBeGreaterThan(term)
      for (const host of after) expect(state(await world.everything(host))).toEqual(held)
      expect(leader.roster.voters).toEqual(expect.arrayContaining(before.map(({ self }) => self)))
      const { index } = await world.run(after[0].log.append('after'))
      expect(index).toBeGreaterThan(before[1].log.head)
      await world.stop(...after)
      expect(await world.leftovers()).toBe(0)
    }
  })

  it('goes on again and again', async () => {
    const world = new World()
    let hosts = await world.trio()
    let last = 0
    for (let round = 0; round < 8; round++) {
      const { index, term } = await world.run((round % 2 ? hosts[1] : hosts[2]).log.append(`round ${round}`))
      expect(index).toBeGreaterThan(last)
      last = index
      await world.stop(...hosts)
      hosts = await again(world)
      expect((await world.leaderOf(hosts)).term).toBeGreaterThan(term)
    }
    const payloads = (await world.everything(hosts[0])).map(({ payload }) => payload)
    expect(payloads).toEqual(Array.from({ length: 8 }, (_, round) => `round ${round}`))
    await world.stop(...hosts)
  })

  it('has every acknowledged append after all have lost their power at once', async () => {
    const world = new World()
    for (const name of NAMES) world.disk(name).latencyMs = [0, 3]
    const options = new Map(NAMES.map(name => [name, world.options(name)]))
    const first = await world.trio()
    await world.stop(...first)
    const start = async (): Promise<Host[]> => {
      const hosts: Host[] = []
      for (const name of NAMES) {
        options.set(name, world.options(name))
        hosts.push(await world.start(name, options.get(name)))
      }
      return hosts
    }
    const acknowledged: unknown[] = []
    for (let round = 0; round < 6; round++) {
      const hosts = await start()
      await world.leaderOf(hosts)
      for (let at = 0; at < 40; at++)
        hosts[at % 3]?.log.append(`${round}.${at}`).then(
          ({ payload }) => acknowledged.push(payload),
          () => undefined,
        )
      const until = acknowledged.length + 7 * round
      await world.until(() => acknowledged.length >= until)
      for (const name of NAMES) world.crash(name, options.get(name) ?? world.options(name))
    }
    const hosts = await start()
    const all = (await world.everything(await world.leaderOf(hosts))).map(({ payload }) => payload)
    expect(acknowledged.length).toBeGreaterThan(100)
    expect(all).toEqual(expect.arrayContaining(acknowledged))
    expect(new Set(all).size).toBe(all.length)
    await world.stop(...hosts)
  })
})

describe('a member that starts again', () => {
  it('alone waits for the others, and then emits what it has missed, once', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const first = await world.run(a.log.append('before'))
    await world.until(() => c.log.committed >= first.index)
    await world.stop(c)
    const missed = [await world.run(a.log.append('one')), await world.run(b.log.append('two'))]
    world.network.isolate(c.self.address)
    const back = await world.start('c')
    const seen = record(back.committed$)
    await world.pass(5 * T)
    expect(seen.values).toEqual([])
    expect(back.leader).toBeUndefined()
    world.network.heal()
    await world.until(() => seen.values.length === 3)
    expect(seen.values).toEqual([first, ...missed])
    await world.stop(a, b, back)
  })

  it('does not disturb those that went on: neither their leader nor their term', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const { term } = a
    for (let round = 0; round < 3; round++) {
      await world.stop(round === 0 ? c : await world.start('c'))
      await world.pass(3 * T)
    }
    const back = await world.start('c')
    await world.until(() => back.leader !== undefined)
    expect([a.role, a.term, back.term]).toEqual(['leader', term, term])
    await world.stop(a, b, back)
  })

  it('goes on from its newest snapshot, and emits what follows it', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const entries = await world.run(Promise.all(['one', 'two', 'three'].map(text => b.log.append(text))))
    const until = entries[1]?.index ?? 0
    await world.until(() => b.log.committed >= (entries[2]?.index ?? 0))
    await world.run(b.log.compact(until, [Buffer.from('one, two')]))
    await world.stop(b)
    const back = await world.start('b')
    const seen = record(back.committed$)
    const snapshot = await world.run(back.log.snapshot())
    expect(snapshot).toMatchObject({ index: until, bytes: 8 })
    expect((await bytesOf(world, snapshot?.chunks$ ?? EMPTY)).toString()).toBe('one, two')
    expect(back.log.committed).toBe(until)
    await world.until(() => seen.values.length === 1)
    expect(seen.values).toEqual([entries[2]])
    await world.stop(a, back)
  })

  it('joins a second time under its own name, whatever it is started by', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.stop(b, a)
    const [founder, joiner] = [await world.join('a', [b]), await world.start('b')]
    await world.leaderOf([founder, joiner])
    expect([founder.self, joiner.self]).toEqual([a.self, b.self])
    await world.stop(founder, joiner)
  })
})
