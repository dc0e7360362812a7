import { concat, ignoreElements, map, merge, NEVER, Subject, throwError, timer, type Observable } from 'rxjs'
import { anyOf, everyBytes, everyEntries, toRows, fromRows, type CompactionStrategy } from 'kayak/streams'
import { record, World } from '../host/world.js'
import { accountsOf, codec, deposit, plain, type Accounts, type Balances } from './accounts.js'

async function compacting(more: Partial<Accounts>) {
  const world = new World()
  const host = await world.start('a', { codec })
  const one = accountsOf(world, host, more)
  return { world, host, one, told: record(one.compaction$) }
}

describe('compact', () => {
  it('replaces the log by snapshots, from which the machine goes on', async () => {
    const { world, host, one, told } = await compacting({ compact: everyEntries(10) })
    for (let at = 0; at < 25; at++) await world.run(one.propose(deposit('ann', 1)))
    await world.until(() => told.values.length === 4)
    const kinds = told.values.map(({ type }) => type)
    expect(kinds).toEqual(['started', 'finished', 'started', 'finished'])
    expect((await world.run(host.log.snapshot()))?.index).toBe(told.values.at(-1)?.index)
    await world.stop(host)
    expect(told.end).toBe('complete')
    const again = await world.start('a', { codec })
    const restored = accountsOf(world, again)
    const states = record(restored.state$)
    await world.run(restored.ready())
    expect(states.values.map(plain)).toEqual([20, 21, 22, 23, 24, 25].map(ann => ({ ann })))
    await world.stop(again)
  })

  it('captures the state as of then, and goes on while that is written', async () => {
    const go = new Subject<Uint8Array>()
    const snapshot = (state$: Observable<Balances>): Observable<Uint8Array> => concat(state$.pipe(toRows()), go)
    const compact: CompactionStrategy = everyEntries(1)
    const { world, host, one, told } = await compacting({ compact, snapshot, restore: fromRows() })
    await world.run(one.propose(deposit('ann', 1)))
    const { index } = one
    for (let at = 0; at < 5; at++) await world.run(one.propose(deposit('ann', 1)))
    expect(told.values).toEqual([{ type: 'started', index, bytes: 0 }])
    go.complete()
    await world.until(() => told.values.length === 2)
    const chunks$ = (await world.run(host.log.snapshot()))?.chunks$ ?? NEVER
    const held = record(chunks$.pipe(fromRows<Balances>(), map(plain)))
    await world.until(() => held.end !== undefined)
    expect([told.values[1]?.index, held.values]).toEqual([index, [{ ann: 1 }]])
    await world.stop(host)
  })

  it('whose snapshot throws before it has begun is told of, and is tried again at the next point', async () => {
    const fault = new Error('fault')
    const faults = [fault]
    const snapshot = (state$: Observable<Balances>): Observable<Uint8Array> => {
      const next = faults.pop()
      if (next !== undefined) throw next
      return state$.pipe(toRows())
    }
    const { world, host, one, told } = await compacting({ compact: everyEntries(2), snapshot, restore: fromRows() })
    for (let at = 0; at < 4; at++) {
      await world.run(one.propose(deposit('ann', 1)))
      if (at % 2 === 1) await world.until(() => told.values.length === at + 1)
    }
    const kinds = told.values.map(({ type }) => type)
    expect(kinds).toEqual(['started', 'failed', 'started', 'finished'])
    expect(told.values[1]).toMatchObject({ error: { code: 'KAYAK_INVALID', cause: fault } })
    await world.stop(host)
  })

  it('goes on past what can not be measured', async () => {
    const measure = (): number => {
      throw new Error('fault')
    }
    const { world, host, one, told } = await compacting({ compact: anyOf(everyBytes(1), everyEntries(2)), measure })
    for (let at = 0; at < 2; at++) await world.run(one.propose(deposit('ann', 1)))
    await world.until(() => told.values.length === 2)
    expect(told.values.map(({ type }) => type)).toEqual(['started', 'finished'])
    await world.stop(host)
  })

  it('ends with its machine, whatever clock its strategy has', async () => {
    const world = new World()
    const host = await world.start('a', { codec })
    let ticks = 0
    const compact: CompactionStrategy = growth$ =>
      merge(
        growth$.pipe(
          ignoreElements(),
          map(() => 0),
        ),
        timer(50, 50, world.clock).pipe(map(() => ticks++)),
      )
    const one = accountsOf(world, host, { compact })
    const told = record(one.compaction$)
    await world.run(one.propose(deposit('ann', 1)))
    await world.pass(200)
    expect(ticks).toBeGreaterThan(1)
    await world.run(one.stop())
    const before = ticks
    await world.pass(1000)
    expect([ticks, told.end]).toEqual([before, 'complete'])
    await world.stop(host)
  })

  it('that fails is told of, and is tried again at the next point, while the machine goes on', async () => {
    let failing = true
    const fault = new Error('fault')
    const snapshot = (state$: Observable<Balances>) => (failing ? throwError(() => fault) : state$.pipe(toRows()))
    const { world, host, one, told } = await compacting({ compact: everyEntries(2), snapshot, restore: fromRows() })
    for (let at = 0; at < 3; at++) await world.run(one.propose(deposit('ann', 1)))
    await world.until(() => told.values.length === 2)
    expect(told.values[1]).toMatchObject({ type: 'failed', error: { code: 'KAYAK_INVALID', cause: fault } })
    failing = false
    await world.run(one.propose(deposit('ann', 1)))
    await world.until(() => told.values.length === 4)
    expect(told.values[3]).toMatchObject({ type: 'finished', index: one.index })
    expect(plain(await world.run(one.read(state => state)))).toEqual({ ann: 4 })
    await world.stop(host)
  })

  it('is given up when the machine is stopped, and whoever comes next may compact', async () => {
    const snapshot = (state$: Observable<Balances>): Observable<Uint8Array> => concat(state$.pipe(toRows()), NEVER)
    const { world, host, one, told } = await compacting({ compact: everyEntries(1), snapshot, restore: fromRows() })
    await world.run(one.propose(deposit('ann', 1)))
    await world.run(one.stop())
    await world.until(() => told.end !== undefined)
    expect(told.values).toMatchObject([{ type: 'started' }, { type: 'failed', error: { code: 'KAYAK_STOPPED' } }])
    const next = accountsOf(world, host, { compact: everyEntries(2) })
    const later = record(next.compaction$)
    await world.run(next.propose(deposit('ann', 1)))
    await world.until(() => later.values.length === 2)
    expect(later.values[1]).toMatchObject({ type: 'finished', index: next.index })
    await world.stop(host)
  })

  it('asks for nothing at points that are no newer, or none, and for no more than there is at later ones', async () => {
    const points = [0, -1, Number.NaN, Infinity, 3, 3, 1, 2]
    const compact: CompactionStrategy = map(() => points.shift() ?? 0)
    const { world, host, one, told } = await compacting({ compact })
    const finished: number[] = []
    for (let at = 0; at < 8; at++) {
      await world.run(one.propose(deposit('ann', 1)))
      await world.pass(50)
      finished.push(told.values.filter(({ type }) => type === 'finished').at(-1)?.index ?? 0)
    }
    const first = one.index - 4
    expect(finished).toEqual([0, 0, 0, first, first, first, first, first])
    expect(told.values.length).toBe(2)
    await world.stop(host)
  })

  it('ends with a strategy that fails, which is told of', async () => {
    const fault = new Error('fault')
    const compact: CompactionStrategy = () => throwError(() => fault)
    const { world, host, one, told } = await compacting({ compact })
    expect(told).toMatchObject({
      end: 'complete',
      values: [{ type: 'failed', index: 0, error: { code: 'KAYAK_INVALID', cause: fault } }],
    })
    expect(await world.run(one.propose(deposit('ann', 1)))).toBe(1)
    await world.stop(host)
  })

  it('counts bytes as they are told, or about as they are', async () => {
    const exact = await compacting({ compact: everyBytes(100), measure: command => codec.encode(command).byteLength })
    const about = await compacting({ compact: everyBytes(100) })
    const each = codec.encode(deposit('ann', 1)).byteLength
    for (const { world, host, one, told } of [exact, about]) {
      for (let at = 0; at < Math.ceil(100 / each); at++) await world.run(one.propose(deposit('ann', 1)))
      await world.until(() => told.values.length === 2)
      expect(told.values[1]).toMatchObject({ type: 'finished', index: one.index })
      await world.stop(host)
    }
  })

  it('is for members, and with a snapshot that has its inverse', async () => {
    const { world, host } = await compacting({})
    const wrong: readonly Partial<Accounts>[] = [
      { name: 'x', snapshot: toRows() },
      { name: 'x', restore: fromRows(), compact: everyEntries(1) },
      { name: 'x', compact: 7 as never },
      { name: 7 as never },
      { name: 'x', apply: undefined as never },
      {},
    ]
    for (const more of wrong)
      expect(() => accountsOf(world, host, more)).toThrow(/KAYAK|machine|snapshot|function|restore/)
    await world.stop(host)
  })
})
