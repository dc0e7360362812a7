import { getEventListeners } from 'node:events'
import { NEVER, tap, throwError, type Observable } from 'rxjs'
import { KayakError, start, type Host } from 'kayak'
import { record, T, watch, World, type Recording } from './world.js'

const streamsOf = (host: Host): Observable<unknown>[] => {
  const { committed$, compaction$, events$, role$, term$, leader$, roster$, log } = host
  return [committed$, compaction$, events$, role$, term$, leader$, roster$, log.listen()]
}

describe('stop', () => {
  it('settles everything that is pending, completes every stream and leaves nothing', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const streams = streamsOf(b).map(record)
    await world.stop(a)
    const pending = [
      b.log.append('x'),
      b.sync.barrier(),
      b.sync.sync(999),
      b.remove(a.self.id),
      b.log.compact(b.log.committed, NEVER),
      b.log.entries(999)[Symbol.asyncIterator]().next(),
    ].map(operation => watch<unknown>(operation))
    await world.pass(10)
    expect(pending.map(({ settled }) => settled)).toEqual(pending.map(() => false))
    await world.stop(b)
    await world.breathe()
    for (const { error } of pending.slice(0, -1)) expect(error).toMatchObject({ code: 'KAYAK_STOPPED' })
    expect(pending.at(-1)).toEqual({ settled: true, value: { done: true, value: undefined } })
    expect(streams.map(({ end }) => end)).toEqual(streams.map(() => 'complete'))
    expect(await world.leftovers()).toBe(0)
  })

  it('refuses all that is asked afterwards, and shows what was last known', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const { term, roster } = b
    await world.stop(b)
    const operations = [b.log.append('x'), b.sync.barrier(), b.sync.sync(0), b.remove(a.self.id), b.log.compact(1, [])]
    for (const operation of operations)
      expect(await world.fails(operation)).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
    const late: Recording<unknown>[] = streamsOf(b).map(record)
    await world.breathe()
    for (const { values, end } of late) expect({ values, end }).toEqual({ values: [], end: 'complete' })
    expect({ term: b.term, roster: b.roster }).toEqual({ term, roster })
    expect(() => b.sync.ack(1)).not.toThrow()
    await world.stop(a)
  })

  it('is idempotent, called at once or later', async () => {
    const world = new World()
    const host = await world.start('a')
    await world.run(Promise.all([host.stop(), host.stop(), host[Symbol.asyncDispose]()]))
    const begun = world.clock.now()
    await world.run(host.stop())
    expect(world.clock.now()).toBe(begun)
    expect(await world.leftovers()).toBe(0)
  })

  it('leads no more and knows no leader, as its views say before they complete', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const seen = [a, b].map(host => ({ roles: record(host.role$), leaders: record(host.leader$) }))
    await world.stop(a, b)
    for (const host of [a, b]) expect([host.role, host.leader]).toEqual(['follower', undefined])
    for (const { roles, leaders } of seen) {
      expect([roles.values.at(-1), leaders.values.at(-1)]).toEqual(['follower', undefined])
      expect([roles.end, leaders.end]).toEqual(['complete', 'complete'])
    }
    expect(a.roster.voters).toHaveLength(2)
  })

  it('is what `await using` does', async () => {
    const world = new World()
    const host = await world.start('a')
    const using = async (): Promise<number> => {
      await using used = host
      return (await used.log.append('x')).index
    }
    expect(await world.run(using())).toBeGreaterThan(0)
    expect(await world.fails(host.log.append('x'))).toMatchObject({ code: 'KAYAK_STOPPED' })
    expect(await world.leftovers()).toBe(0)
  })

  it('stays a member, which the others expect back', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(c)
    await world.run(a.log.append('x'))
    expect(a.roster.voters).toContainEqual(c.self)
    const again = await world.start('c')
    expect(again.self).toEqual(c.self)
    expect(await world.everything(again)).toMatchObject([{ payload: 'x' }])
    await world.stop(a, b, again)
  })

  it('lets go of the folder and of the address before it resolves', async () => {
    const world = new World()
    const host = await world.start('a')
    const again = await world.run(host.stop().then(() => start(host.self.address, world.options('a'))))
    await world.run(
      again
        .stop()
        .then(() => start(host.self.address, world.options('b', { electionTimeoutMs: T })))
        .then(other => other.stop()),
    )
    expect(await world.leftovers()).toBe(0)
  })

  it('may be called from inside any callback', async () => {
    for (let at = 0; at < 8; at++) {
      const world = new World()
      const [a, b, c] = await world.trio()
      let calls = 0
      const seen = record((streamsOf(b)[at] ?? NEVER).pipe(tap(() => void (calls++, b.stop()))))
      const { index } = await world.run(a.log.append('x'))
      await world.until(() => b.log.committed >= index || calls > 0)
      watch(b.log.compact(b.log.committed, []))
      await world.stop(a, c)
      await world.until(() => seen.end !== undefined)
      expect(seen.end).toBe('complete')
      // a compaction that is cut off by it is told of, and that there is no leader any more
      expect(calls).toBe(at === 1 || at === 5 ? 2 : 1)
      expect(await world.fails(b.log.append('y'))).toMatchObject({ code: 'KAYAK_STOPPED' })
      expect(await world.leftovers()).toBe(0)
    }
  })

  it('is done at once for a signal that is aborted, and keeps no listener', async () => {
    const world = new World()
    const { signal } = new AbortController()
    const host = await world.start('a', { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await world.stop(host)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('stop is bounded', () => {
  it('by one election timeout, though neither disk nor network ever let go', async () => {
    const world = new World()
    const options = world.options('a', { electionTimeoutMs: T })
    const host = await world.run(start('127.0.0.1:7001', options))
    const commits = record(host.committed$)
    options.transport.close = () => NEVER
    options.storage.close = () => NEVER
    const begun = world.clock.now()
    await world.stop(host)
    expect(world.clock.now() - begun).toBeLessThanOrEqual(T)
    expect(commits.end).toBe('complete')
    expect(world.clock.pending).toBe(0)
  })

  it('though a write hangs', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    world.disk('a').writes = 'hang'
    const appending = watch(a.log.append('x'))
    await world.pass(10)
    const begun = world.clock.now()
    await world.stop(a)
    expect(world.clock.now() - begun).toBeLessThanOrEqual(T)
    expect(appending.error).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'unknown' })
    world.disk('a').writes = 'work'
    const again = await world.start('a')
    await world.leaderOf([again, b])
    await world.stop(again, b)
  })

  it('and lets go of all the rest where one thing fails to close, which it tells', async () => {
    for (const part of ['transport', 'storage'] as const) {
      const world = new World()
      const options = world.options('a', { electionTimeoutMs: T })
      const host = await world.run(start('127.0.0.1:7001', options))
      const streams = streamsOf(host).map(record)
      const broken = new KayakError('KAYAK_STORAGE_FAILED', 'It does not close.')
      const close = options[part].close.bind(options[part])
      options[part].close = () => throwError(() => broken)
      const stopping = [host.stop(), host.stop()]
      for (const stopped of stopping) expect(await world.fails(stopped)).toBe(broken)
      expect(streams.map(({ end }) => end)).toEqual(streams.map(() => 'complete'))
      close().subscribe()
      expect(await world.leftovers()).toBe(0)
      await world.stop(await world.start('a'))
    }
  })

  it('and harms nobody where the host ends by itself, and something fails to close then', async () => {
    const world = new World()
    const options = world.options('a', { electionTimeoutMs: T })
    const host = await world.run(start('127.0.0.1:7001', options))
    const unhandled = jest.fn()
    process.on('unhandledRejection', unhandled)
    const commits = record(host.committed$)
    options.storage.close = () => throwError(() => new KayakError('KAYAK_STORAGE_FAILED', 'It does not close.'))
    world.disk('a').failNextWrite()
    watch(host.log.append('x'))
    await world.until(() => commits.end !== undefined)
    await world.pass(100)
    expect(commits).toMatchObject({ end: 'error', error: { code: 'KAYAK_STORAGE_FAILED' } })
    expect(unhandled).not.toHaveBeenCalled()
    process.off('unhandledRejection', unhandled)
  })
})
