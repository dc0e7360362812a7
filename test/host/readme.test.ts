import { exhaustMap, map, distinctUntilChanged, share } from 'rxjs'
import { isKayakError, type Codec } from 'kayak'
import { everyEntries, growth, project } from 'kayak/streams'
import { bytesOf, record, T, World } from './world.js'

interface Transfer {
  readonly to: string
  readonly amount: number
}

const codec: Codec<Transfer> = {
  encode: transfer => new TextEncoder().encode(JSON.stringify(transfer)),
  // the README's own, which trusts what it has encoded itself
  decode: bytes => JSON.parse(new TextDecoder().decode(bytes)) as Transfer,
}

describe('what the README shows', () => {
  it('a state machine is a pipe', async () => {
    const world = new World()
    const [a, b] = await world.pair({ codec })
    const alice$ = b.log.listen().pipe(
      project(new Map<string, number>(), (balances, { to, amount }) =>
        new Map(balances).set(to, (balances.get(to) ?? 0) + amount),
      ),
      map(({ state }) => state.get('alice') ?? 0),
      distinctUntilChanged(),
    )
    const seen = record(alice$)
    await world.run(a.log.append({ to: 'alice', amount: 10 }))
    await world.run(a.log.append({ to: 'bob', amount: 3 }))
    await world.run(b.log.append({ to: 'alice', amount: 5 }))
    expect(seen.values).toEqual([10, 15])
    await world.stop(a, b)
  })

  it('a read that reflects all that was acknowledged: barrier, then sync', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    let held = ''
    b.committed$.subscribe(entry => {
      held += String(entry.payload)
      b.sync.ack(entry.index)
    })
    for (const letter of 'abc') {
      await world.run(a.log.append(letter))
      const index = await world.run(b.sync.barrier())
      await world.run(b.sync.sync(index))
      expect(held.at(-1)).toBe(letter)
    }
    await world.stop(a, b)
  })

  it('compacting is a pipe too, and a machine comes back from what it has written', async () => {
    const world = new World()
    function* rows(lines: readonly string[]) {
      for (const line of lines) yield new TextEncoder().encode(line + '\n')
    }
    const host = await world.start('a')
    let held = { index: 0, state: [] as readonly string[] }
    const entry$ = host.log.listen().pipe(share())
    entry$
      .pipe(project(held.state, (lines, payload) => [...lines, payload.toString()]))
      .subscribe(projection => (held = projection))
    const compacted = record(
      entry$.pipe(
        growth(),
        everyEntries(10),
        exhaustMap(() => host.log.compact(held.index, rows(held.state))),
      ),
    )
    for (let at = 0; at < 25; at++) await world.run(host.log.append(`line ${at}`))
    await world.until(() => compacted.values.length === 2)
    await world.stop(host)
    const again = await world.start('a')
    const snapshot = await world.run(again.log.snapshot())
    const rest = record(again.committed$)
    await world.until(() => rest.values.length === 5)
    const lines = snapshot === undefined ? '' : (await bytesOf(world, snapshot.chunks$)).toString()
    const restored = lines.split('\n').slice(0, -1)
    expect([...restored, ...rest.values.map(({ payload }) => payload)]).toEqual(held.state)
    await world.stop(again)
  })

  it('trying again under the same name, on any member', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const id = { session: 'till-7', number: 42 }
    const hosts = [a, b, c]
    const append = async (): Promise<void> => {
      for (const host of hosts) {
        try {
          await host.log.append('one coffee', { id, timeoutMs: 2 * T })
          return
        } catch (error) {
          if (!isKayakError(error) || error.outcome === 'rejected') throw error
        }
      }
    }
    world.network.cut(b.self.address, a.self.address)
    world.network.cut(c.self.address, a.self.address)
    await world.run(append())
    world.network.heal()
    for (const host of hosts) expect(await world.everything(host)).toMatchObject([{ payload: 'one coffee' }])
    await world.stop(...hosts)
  })
})
