import { map, of, Subject, switchMap, take, type Observable } from 'rxjs'
import { fromRows, toRows } from 'kayak/streams'
import { record, watch, World } from '../host/world.js'
import { accountsOf, codec, deposit, plain, type Balances } from './accounts.js'
import { farBehind } from './far-behind.js'

/** A restore that takes until it is let go. */
function held() {
  const go = new Subject<void>()
  const wait = (state: Balances): Observable<Balances> =>
    go.pipe(
      take(1),
      map(() => state),
    )
  return { go, restore: (chunks$: Observable<Uint8Array>) => chunks$.pipe(fromRows<Balances>(), switchMap(wait)) }
}

describe('read', () => {
  it('is linearizable on every member unless told otherwise', async () => {
    const world = new World()
    const hosts = await world.trio({ codec })
    const machines = hosts.map(host => accountsOf(world, host))
    world.network.setFaults({ delayMs: [1, 30], reorder: 0.2 })
    for (const [at, proposer] of machines.entries()) {
      await world.run(proposer.propose(deposit('ann', 1)))
      for (const one of machines) expect(await world.run(one.read(state => state.get('ann')))).toBe(at + 1)
    }
    await world.stop(...hosts)
  })

  it('waits while the machine restores what the leader has installed, but at stale, which shows what there was', async () => {
    const { go, restore } = held()
    const { world, hosts, c, behind, until } = await farBehind({ restore, snapshot: toRows() })
    const states = record(behind.state$)
    world.network.heal()
    await world.until(() => c.log.committed >= until)
    const { token } = c
    const options = { bounded: { maxMs: 0 }, session: { token }, linearizable: {} } as const
    const reads = (['linearizable', 'bounded', 'session'] as const).map(level =>
      watch(behind.read(state => state.get('ann'), level, { ...options[level], timeoutMs: 60_000 })),
    )
    await world.pass(1000)
    expect(reads.map(({ settled }) => settled)).toEqual([false, false, false])
    expect(await world.run(behind.read(state => state.get('ann'), 'stale'))).toBe(1)
    const late = await world.fails(behind.read(state => state, 'linearizable', { timeoutMs: 50 }))
    expect(late).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'rejected' })
    const abort = new AbortController()
    const aborted = watch(behind.read(state => state, 'session', { token, signal: abort.signal }))
    await world.pass(10)
    abort.abort()
    await world.until(() => aborted.settled)
    expect(aborted.error).toMatchObject({ code: 'KAYAK_ABORTED', outcome: 'rejected' })
    go.next()
    await world.until(() => reads.every(({ settled }) => settled))
    expect(reads.map(({ value }) => value)).toEqual([2, 2, 2])
    expect(states.values.map(plain)).toEqual([{ ann: 1 }, { ann: 2 }])
    await world.stop(...hosts)
    expect(states.end).toBe('complete')
  })

  it('waits until the machine has begun, even at stale', async () => {
    const world = new World()
    const first = await world.start('a', { codec })
    const before = accountsOf(world, first)
    await world.run(before.propose(deposit('ann', 7)))
    await world.run(first.log.compact(before.index, of(before.state).pipe(toRows())))
    await world.stop(first)
    const host = await world.start('a', { codec })
    const { go, restore } = held()
    const one = accountsOf(world, host, { restore, snapshot: toRows() })
    expect([plain(one.state), one.index]).toEqual([{}, 0])
    const stale = watch(one.read(state => state.get('ann'), 'stale'))
    await world.pass(100)
    expect(stale.settled).toBe(false)
    go.next()
    await world.until(() => stale.settled)
    expect([stale.value, one.index]).toEqual([7, before.index])
    await world.stop(host)
  })

  it('waits for no other machine of its host, and the reads of the host wait for all', async () => {
    const world = new World()
    const host = await world.start('a', { codec })
    const [one, other] = [
      accountsOf(world, host),
      accountsOf(world, host, { name: 'other', restore: held().restore, snapshot: toRows() }),
    ]
    host.sync.ack(0, 'slow')
    await world.run(one.propose(deposit('ann', 7)))
    expect(await world.run(one.read(state => state.get('ann')))).toBe(7)
    expect(await world.run(other.read(state => state.get('ann')))).toBe(7)
    expect(await world.fails(host.read(() => one.state, 'linearizable', { timeoutMs: 50 }))).toMatchObject({
      code: 'KAYAK_TIMEOUT',
    })
    host.sync.forget('slow')
    expect(plain(await world.run(host.read(() => one.state)))).toEqual({ ann: 7 })
    await world.stop(host)
  })

  it('gives what the query gives, and fails as it does', async () => {
    const world = new World()
    const host = await world.start('a', { codec })
    const one = accountsOf(world, host)
    expect(await world.run(one.read(async state => Promise.resolve(state.size)))).toBe(0)
    const failure = new Error('of the query')
    const failing = one.read(() => {
      throw failure
    })
    await expect(world.run(failing)).rejects.toBe(failure)
    // awaited like a promise, as the queries of many libraries are
    const endless = one.read(() => ({ then: () => undefined }), 'stale', { timeoutMs: 200 })
    expect(await world.fails(endless)).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'rejected' })
    // what a caller without types may give
    for (const wrong of [
      one.read('x' as never),
      one.read(state => state, 'fresh' as never),
      one.read(state => state, 'lease'),
    ])
      expect((await world.fails(wrong)).code).toBe('KAYAK_INVALID')
    await world.stop(host)
  })
})
