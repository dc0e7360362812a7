import type { Host, ReadLevel, ReadOptions } from 'kayak'
import { T, watch, World } from './world.js'

const LEASES = { leaseMs: T / 2, clockBoundMs: T / 10 }

/** A machine that a host's reads look at: everything that was committed while it looked. */
function machineOf({ committed$ }: Host): readonly unknown[] {
  const lines: unknown[] = []
  committed$.subscribe(({ payload }) => void lines.push(payload))
  return lines
}

/** Messages of a type that are sent while something goes on. */
async function sentWhile(world: World, type: string, work: () => Promise<unknown>): Promise<number> {
  let count = 0
  const watching = world.network.traffic$.subscribe(({ type: what, message }) => {
    if (what === 'sent' && 'type' in message && message.type === type) count++
  })
  await work()
  watching.unsubscribe()
  return count
}

describe('read', () => {
  it('is linearizable unless told otherwise, on every member', async () => {
    const world = new World()
    const hosts = await world.trio()
    const machines = hosts.map(machineOf)
    world.network.setFaults({ delayMs: [1, 30], reorder: 0.2 })
    for (const [at, host] of hosts.entries()) {
      await world.run(host.log.append(`line ${String(at)}`))
      for (const [other, machine] of machines.entries())
        expect(await world.run(hosts[other]?.read(() => machine.length) ?? Promise.reject(new Error()))).toBe(at + 1)
    }
    await world.stop(...hosts)
  })

  it('gives what the query gives, waits for what it promises, and fails as it does', async () => {
    const world = new World()
    const a = await world.start('a')
    expect(await world.run(a.read(() => 7, 'stale'))).toBe(7)
    expect(await world.run(a.read(async () => Promise.resolve('later')))).toBe('later')
    const failure = new Error('of the query')
    await expect(
      world.run(
        a.read(() => {
          throw failure
        }),
      ),
    ).rejects.toBe(failure)
    await world.stop(a)
  })

  it('waits for consumers that tell what they have applied', async () => {
    const world = new World()
    const a = await world.start('a')
    a.sync.ack(0)
    const { index } = await world.run(a.log.append('x'))
    const read = watch(a.read(() => 'read'))
    await world.pass(100)
    expect(read.settled).toBe(false)
    a.sync.ack(index)
    await world.until(() => read.settled)
    expect(read.value).toBe('read')
    const late = await world.fails(
      world.run(a.log.append('y')).then(() => a.read(() => 'read', 'linearizable', { timeoutMs: 50 })),
    )
    expect(late.code).toBe('KAYAK_TIMEOUT')
    const stale = await world.fails(a.read(() => 'read', 'bounded', { maxEntries: 0, timeoutMs: 50 }))
    expect(stale.code).toBe('KAYAK_TOO_STALE')
    const aborted = await world.fails(a.read(() => 'read', 'stale', { signal: AbortSignal.abort() }))
    expect(aborted.code).toBe('KAYAK_ABORTED')
    await world.stop(a)
  })

  it('tells the query up to where everything is to be in what it looks at', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const held = (index: number): number => index
    const { index } = await world.run(a.log.append('x'))
    // an entry of kayak's own, which no consumer is shown
    await world.run(a.transferLeadership())
    for (const host of [a, b]) {
      expect(await world.run(host.read(held))).toBe(index)
      expect(await world.run(host.read(held, 'bounded', { maxEntries: 0 }))).toBe(index)
      expect(await world.run(host.read(held, 'session', { token: a.token }))).toBe(index)
      expect(await world.run(host.read(held, 'stale'))).toBe(0)
    }
    await world.stop(a, b)
  })

  it('waits for none of them where it is told so', async () => {
    const world = new World()
    const a = await world.start('a')
    a.sync.ack(0)
    const { index } = await world.run(a.log.append('x'))
    expect(await world.run(a.read(() => a.log.shown, 'linearizable', { acknowledged: false }))).toBe(index)
    await world.stop(a)
  })

  it('ends by its deadline though its query does not, or as it is aborted, or with its member', async () => {
    const world = new World()
    const a = await world.start('a')
    const never = async (): Promise<never> => new Promise(() => undefined)
    for (const level of ['linearizable', 'stale'] as const) {
      const begun = world.clock.now()
      const late = await world.fails(a.read(never, level, { timeoutMs: 50 }))
      expect(late).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'rejected' })
      expect(world.clock.now() - begun).toBeLessThanOrEqual(50)
    }
    // a bounded read was fresh enough by then
    const bounded = await world.fails(a.read(never, 'bounded', { maxMs: 1e6, timeoutMs: 50 }))
    expect(bounded).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'rejected' })
    const abort = new AbortController()
    const aborted = watch(a.read(never, 'stale', { signal: abort.signal }))
    const stopped = watch(a.read(never, 'stale'))
    await world.pass(10)
    abort.abort('enough')
    await world.until(() => aborted.settled)
    expect(aborted.error).toMatchObject({ code: 'KAYAK_ABORTED', outcome: 'rejected', cause: 'enough' })
    await world.stop(a)
    await world.until(() => stopped.settled)
    expect(stopped.error).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
    expect(await world.leftovers()).toBe(0)
  })

  it('whose query fails after its deadline has failed by that alone', async () => {
    const world = new World()
    const a = await world.start('a')
    let fail = (_: Error): void => undefined
    const query = async (): Promise<never> => new Promise((_, reject) => (fail = reject))
    expect((await world.fails(a.read(query, 'stale', { timeoutMs: 50 }))).code).toBe('KAYAK_TIMEOUT')
    fail(new Error('of the query'))
    await world.pass(10)
    await world.stop(a)
  })

  it('is refused for what is no query, level or option of it', async () => {
    const world = new World()
    const a = await world.start('a')
    const read = (level: unknown, options: unknown = {}, query: unknown = () => 1): Promise<unknown> =>
      // what a caller without types may give
      a.read(query as () => number, level as ReadLevel, options as ReadOptions)
    const refused: readonly Promise<unknown>[] = [
      read('linearizable', {}, 'no function'),
      read('fresh'),
      read('stale', null),
      read('bounded'),
      read('bounded', { maxMs: -1 }),
      read('bounded', { maxEntries: Number.NaN }),
      read('linearizable', { maxMs: 5 }),
      read('bounded', { maxMs: 5, token: a.token }),
      read('session'),
      read('session', { token: 'x' }),
      read('session', { token: `${'a'.repeat(32)}:9999999999999999999` }),
      read('lease'),
      read('bounded', { maxMs: 5, timeoutMs: 0 }),
      read('bounded', { maxEntries: 0.5 }),
      read('stale', { timeoutMs: -1 }),
      read('stale', { signal: 'none' }),
    ]
    for (const one of refused) expect((await world.fails(one)).code).toBe('KAYAK_INVALID')
    const other = await world.fails(read('session', { token: `${'a'.repeat(32)}:1` }))
    expect(other.code).toBe('KAYAK_OTHER_CLUSTER')
    await world.stop(a)
    expect((await world.fails(read('stale'))).code).toBe('KAYAK_STOPPED')
  })
})

describe('a lease read', () => {
  it('needs no round while the leader has a lease', async () => {
    const world = new World()
    const [a, b, c] = await world.trio(LEASES)
    const machine = machineOf(a)
    await world.run(b.log.append('x'))
    const rounds = await sentWhile(world, 'append-entries', async () => {
      for (let count = 0; count < 5; count++) expect(await world.run(a.read(() => machine.at(-1), 'lease'))).toBe('x')
    })
    expect(rounds).toBe(0)
    const asked = await sentWhile(world, 'read-index', () => world.run(c.read(() => 1, 'lease')))
    expect(asked).toBe(1)
    await world.stop(a, b, c)
  })

  it('of a leader that nobody hears becomes a round, and fails as one', async () => {
    const world = new World()
    const [a, b, c] = await world.trio(LEASES)
    world.network.isolate(a.self.address)
    await world.pass(T / 2)
    const failed = await world.fails(a.read(() => 1, 'lease', { timeoutMs: 50 }))
    expect(failed).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'rejected' })
    world.network.heal()
    await world.stop(a, b, c)
  })

  it('is for a cluster that has agreed on leases, also later', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    expect((await world.fails(b.read(() => 1, 'lease'))).code).toBe('KAYAK_INVALID')
    await world.run(b.changeRoster([{ type: 'settle', settings: LEASES }]))
    expect(await world.run(b.read(() => 1, 'lease'))).toBe(1)
    await world.stop(a, b)
  })

  it('asks for a lease that ends in time, and members that agree on it', async () => {
    const world = new World()
    const tooLong = { leaseMs: T, clockBoundMs: 1 }
    expect((await world.fails(world.start('x', tooLong))).code).toBe('KAYAK_INVALID')
    const a = await world.start('a', LEASES)
    expect((await world.fails(a.changeRoster([{ type: 'settle', settings: tooLong }]))).code).toBe('KAYAK_INVALID')
    const other = await world.fails(world.join('b', [a], { leaseMs: T / 3 }))
    expect(other).toMatchObject({ code: 'KAYAK_INVALID', message: expect.stringContaining('leaseMs') as unknown })
    const b = await world.join('c', [a], LEASES)
    await world.stop(b)
    expect((await world.fails(world.start('c', { clockBoundMs: 0 }))).code).toBe('KAYAK_INVALID')
    await world.stop(a)
  })
})

describe('a bounded read', () => {
  it('needs no message while what was proven is new enough', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.run(b.read(() => 1))
    const asked = (maxMs: number): Promise<number> =>
      sentWhile(world, 'read-index', () => world.run(b.read(() => 1, 'bounded', { maxMs })))
    await world.pass(100)
    expect(await asked(500)).toBe(0)
    expect(await asked(50)).toBe(1)
    expect(await asked(50)).toBe(0)
    await world.stop(a, b)
  })

  it('is refused where nothing can be proven, and served as long as what was is new enough', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.run(c.read(() => 1))
    world.network.isolate(c.self.address)
    expect(await world.run(c.read(() => 1, 'bounded', { maxMs: 100 }))).toBe(1)
    await world.pass(101)
    const failed = await world.fails(c.read(() => 1, 'bounded', { maxMs: 100, timeoutMs: 200 }))
    expect(failed).toMatchObject({ code: 'KAYAK_TOO_STALE', outcome: 'rejected', retryable: true })
    expect(await world.run(c.read(() => 1, 'stale'))).toBe(1)
    world.network.heal()
    await world.stop(a, b, c)
  })

  it('waits for all but so many entries', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.run(c.read(() => 1))
    const toC = ({ type, to, message }: { type: string; to: string; message: object }): boolean =>
      type === 'sent' && to === c.self.address && 'entries' in message
    // answers reach c, and no entries do
    const watching = world.network.traffic$.subscribe(traffic => {
      if (toC(traffic)) world.network.cut(a.self.address, c.self.address)
      world.clock.schedule(() => world.network.heal(a.self.address, c.self.address))
    })
    const before = c.log.committed
    for (let count = 0; count < 3; count++) await world.run(a.log.append('x'))
    expect(c.log.committed).toBe(before)
    expect(await world.run(c.read(() => c.log.committed, 'bounded', { maxEntries: 3 }))).toBe(before)
    const failed = await world.fails(c.read(() => 1, 'bounded', { maxEntries: 2, timeoutMs: 100 }))
    expect(failed.code).toBe('KAYAK_TOO_STALE')
    watching.unsubscribe()
    await world.until(() => c.log.committed > before)
    await world.stop(a, b, c)
  })
})

describe('a session read', () => {
  it('reflects what the token names, on another member, without a message', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const machine = machineOf(c)
    await world.run(b.log.append('mine'))
    const { token } = b
    const asked = await sentWhile(world, 'read-index', async () => {
      expect(await world.run(c.read(() => machine.at(-1), 'session', { token }))).toBe('mine')
    })
    expect(asked).toBe(0)
    await world.stop(a, b, c)
  })

  it('waits until the member has come so far, by its deadline', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    world.network.isolate(c.self.address)
    await world.run(b.log.append('mine'))
    const { token } = b
    const early = await world.fails(c.read(() => 1, 'session', { token, timeoutMs: 100 }))
    expect(early).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'rejected' })
    const read = watch(c.read(() => c.token, 'session', { token }))
    world.network.heal()
    await world.until(() => read.settled)
    expect(Number(read.value?.split(':')[1])).toBeGreaterThanOrEqual(Number(token.split(':')[1]))
    await world.stop(a, b, c)
  })
})

describe('what reads cost', () => {
  it('is one round for a thousand barriers that wait together, and no write on a follower', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.pass(1000)
    const disk = world.disk('b')
    const calls = disk.calls.count
    const ask = (): Promise<unknown> => world.run(Promise.all(Array.from({ length: 1000 }, () => b.sync.barrier())))
    let rounds = 0
    const questions = await sentWhile(world, 'read-index', async () => {
      rounds = await sentWhile(world, 'append-entries', ask)
    })
    expect(questions).toBe(1)
    // to each of the two others
    expect(rounds).toBe(2)
    expect(disk.calls.count).toBe(calls)
    await world.stop(a, b, c)
  })
})
