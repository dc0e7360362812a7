import { throwError } from 'rxjs'
import { toRows } from 'kayak/streams'
import { record, watch, World } from '../host/world.js'
import { accountsOf, codec, deposit, plain } from './accounts.js'
import { farBehind, SECOND } from './far-behind.js'

describe('a machine', () => {
  it('shows its state, then each new one, once each', async () => {
    const world = new World()
    const host = await world.start('a', { codec })
    const one = accountsOf(world, host)
    const early = record(one.state$)
    await world.run(one.propose(deposit('ann', 1)))
    await world.run(one.propose({ type: 'note', text: 'changes nothing' }))
    await world.run(one.propose(deposit('ann', 1)))
    const late = record(one.state$)
    expect(early.values.map(plain)).toEqual([{}, { ann: 1 }, { ann: 2 }])
    expect(late.values.map(plain)).toEqual([{ ann: 2 }])
    await world.run(one.stop())
    const after = record(one.state$)
    expect([early.end, late.end, after.end]).toEqual(['complete', 'complete', 'complete'])
    expect(after.values.map(plain)).toEqual([{ ann: 2 }])
    await world.stop(host)
  })

  it('lets go of its host and of whoever waits when it is stopped', async () => {
    const world = new World()
    const [a, b] = await world.pair({ codec })
    const one = accountsOf(world, a)
    await world.run(one.ready())
    world.network.cut(a.self.address, b.self.address)
    const proposed = watch(one.propose(deposit('ann', 1), { timeoutMs: 5000 }))
    const read = watch(one.read(state => state, 'linearizable', { timeoutMs: 5000 }))
    await world.pass(10)
    await world.run(one.stop())
    await world.run(one.stop())
    for (const operation of [one.propose(deposit('ann', 1)), one.read(state => state, 'stale'), one.ready()])
      expect(await world.fails(operation)).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
    world.network.heal()
    await world.until(() => proposed.settled && read.settled)
    expect(proposed.error).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'unknown' })
    // nobody waits for it any more, and its name is free
    expect(await world.run(a.read(() => 7))).toBe(7)
    const next = accountsOf(world, a)
    await world.run(one.stop())
    await world.run(next.ready())
    expect(() => accountsOf(world, a)).toThrow('has a machine named')
    expect(plain(next.state)).toEqual({ ann: 1 })
    await world.stop(a, b)
  })

  it('waits for a query as long as for all else', async () => {
    const world = new World()
    const host = await world.start('a', { codec })
    const one = accountsOf(world, host)
    const never = (): Promise<never> => new Promise<never>(() => undefined)
    const late = await world.fails(one.read(never, 'stale', { timeoutMs: 50 }))
    expect(late).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'rejected' })
    const waiting = watch(one.read(never))
    await world.pass(50)
    await world.run(one.stop())
    await world.until(() => waiting.settled)
    expect(waiting.error).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
    const failure = new Error('later')
    const next = accountsOf(world, host)
    await expect(world.run(next.read(async () => Promise.reject(failure)))).rejects.toBe(failure)
    await world.stop(host)
  })

  it('ends with its host, and so does whoever waits', async () => {
    const world = new World()
    const [a, b] = await world.pair({ codec })
    const one = accountsOf(world, a)
    await world.run(one.ready())
    world.network.cut(a.self.address, b.self.address)
    const waiting = [watch(one.propose(deposit('ann', 1))), watch(one.read(state => state))]
    await world.pass(10)
    await world.stop(a)
    await world.until(() => waiting.every(({ settled }) => settled))
    expect(waiting.map(({ error }) => error)).toMatchObject([
      { code: 'KAYAK_STOPPED', outcome: 'unknown' },
      { code: 'KAYAK_STOPPED', outcome: 'rejected' },
    ])
    expect(await world.fails(one.propose(deposit('ann', 1)))).toMatchObject({
      code: 'KAYAK_STOPPED',
      outcome: 'rejected',
    })
    await world.stop(b)
    expect(await world.leftovers()).toBe(0)
  })

  it('fails where it cannot restore itself, and so does whoever waits', async () => {
    const fault = new Error('fault')
    const { world, hosts, c, behind, until } = await farBehind({
      restore: () => throwError(() => fault),
      snapshot: toRows(),
    })
    const states = record(behind.state$)
    const waiting = watch(behind.read(state => state, 'linearizable', { timeoutMs: 60_000 }))
    await world.pass(10)
    world.network.heal()
    await world.until(() => c.log.committed >= until && waiting.settled)
    expect(waiting.error).toMatchObject({ code: 'KAYAK_MACHINE_FAILED', outcome: 'rejected' })
    expect(states).toMatchObject({ end: 'error', error: { code: 'KAYAK_MACHINE_FAILED', cause: fault } })
    expect(await world.fails(behind.propose(deposit('ann', 1)))).toMatchObject({ code: 'KAYAK_MACHINE_FAILED' })
    await world.stop(...hosts)
  })

  it('begins with a snapshot of which its own state knows nothing', async () => {
    const { world, hosts, behind, until } = await farBehind()
    const proposed = watch(behind.propose(deposit('ann', 5), { timeoutMs: 60_000 }))
    world.network.heal()
    await world.until(() => proposed.settled)
    expect(proposed.value).toBe(7)
    expect(behind.index).toBeGreaterThan(until)
    await world.stop(...hosts)
  })

  it('answers that what came of a command is lost where a snapshot was installed over it', async () => {
    const { world, hosts, behind, second } = await farBehind()
    const proposed = watch(behind.propose(deposit('ann', 1), { id: SECOND, timeoutMs: 60_000 }))
    await world.pass(10)
    world.network.heal()
    await world.until(() => proposed.settled)
    expect(proposed.error).toMatchObject({ code: 'KAYAK_RESULT_LOST', outcome: 'unknown', index: second })
    expect(await world.run(behind.read(state => state.get('ann')))).toBe(2)
    await world.stop(...hosts)
  })
})
