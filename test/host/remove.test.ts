import { type OperationOptions } from 'kayak'
import { containing, record, watch, World } from './world.js'

const idsOf = ({ voters, learners }: { voters: readonly { id: string }[]; learners: readonly { id: string }[] }) =>
  [...voters, ...learners].map(({ id }) => id)

describe('remove', () => {
  it('takes another member out, through whichever member, and resolves with the roster that shows it', async () => {
    for (const through of [0, 1]) {
      const world = new World()
      const hosts = await world.trio()
      const [gone, host] = [hosts[2], hosts[through] ?? hosts[0]]
      const before = host.roster.index
      const roster = await world.run(host.remove(gone.self.id))
      expect(idsOf(roster).sort()).toEqual([hosts[0].self.id, hosts[1].self.id].sort())
      expect(roster).toEqual(host.roster)
      expect(roster.index).toBeGreaterThan(before)
      expect((await world.run(host.log.append('x'))).payload).toBe('x')
      await world.stop(...hosts)
    }
  })

  it('ends the host of the member that was removed, whose folder says so', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const [commits, events] = [record(c.committed$), record(c.events$)]
    const waiting = [watch(c.sync.sync(999)), watch(c.log.entries(999)[Symbol.asyncIterator]().next())]
    await world.run(a.remove(c.self.id))
    await world.until(() => commits.end !== undefined)
    expect(commits.end).toBe('complete')
    expect(events.values).toContainEqual(expect.objectContaining({ type: 'removed', rosterIndex: a.roster.index }))
    await world.until(() => waiting.every(({ settled }) => settled))
    expect(waiting[0]?.error).toMatchObject({ code: 'KAYAK_REMOVED' })
    expect(waiting[1]?.value).toEqual({ done: true, value: undefined })
    for (const operation of [() => c.log.append('x'), () => c.sync.barrier(), () => c.remove(a.self.id)])
      expect(await world.fails(operation())).toMatchObject({ code: 'KAYAK_REMOVED', outcome: 'rejected' })
    await world.run(c.close())
    await world.stop(c)
    expect(await world.fails(world.start('c'))).toMatchObject({ code: 'KAYAK_REMOVED' })
    expect(await world.fails(world.join('c', [a]))).toMatchObject({ code: 'KAYAK_REMOVED' })
    await world.stop(a, b)
    expect(await world.leftovers()).toBe(0)
  })

  it('takes out a member that is dead, whose address can be used again', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(c)
    await world.run(b.remove(c.self.id))
    expect(a.roster.voters).toHaveLength(2)
    const d = await world.join('d', [a], {}, c.self.address)
    expect(d.self.address).toBe(c.self.address)
    expect(d.self.id).not.toBe(c.self.id)
    await world.stop(a, b, d)
  })

  it('tells a member that was dead when it comes back', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(c)
    await world.run(a.remove(c.self.id))
    const { term } = a
    const back = await world.start('c')
    const commits = record(back.committed$)
    await world.until(() => commits.end !== undefined)
    expect(commits.end).toBe('complete')
    expect(await world.fails(back.log.append('x'))).toMatchObject({ code: 'KAYAK_REMOVED' })
    await world.stop(back)
    expect(await world.fails(world.start('c'))).toMatchObject({ code: 'KAYAK_REMOVED' })
    expect(a.term).toBe(term)
    await world.stop(a, b)
  })

  it('takes out the leader, and the others go on', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const events = record(a.events$)
    const roster = await world.run(b.remove(a.self.id))
    expect(idsOf(roster).sort()).toEqual([b.self.id, c.self.id].sort())
    await world.until(() => events.end === 'complete')
    expect(events.values).toContainEqual(expect.objectContaining({ type: 'stepped-down', why: 'removed' }))
    const leader = await world.leaderOf([b, c])
    expect((await world.run(leader.log.append('x'))).payload).toBe('x')
    await world.stop(a, b, c)
  })

  it('takes out a learner that can not catch up', async () => {
    const world = new World()
    const a = await world.start('a')
    const joining = watch(world.join('b', [a], { joinTimeoutMs: 3000 }))
    await world.until(() => a.roster.learners.length === 1)
    world.network.isolate(a.self.address)
    const [learner] = a.roster.learners
    const roster = await world.run(a.remove(learner?.id ?? ''))
    expect(roster).toMatchObject({ voters: [a.self], learners: [] })
    await world.until(() => joining.settled)
    expect(joining.error).toMatchObject({ code: 'KAYAK_TIMEOUT' })
    await world.stop(a)
    expect(await world.leftovers()).toBe(0)
  })

  it('asked for again, by several at once, or of nobody is no other change', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const rosters = await world.run(Promise.all([a, b, a].map(host => host.remove(c.self.id))))
    expect(new Set(rosters.map(({ index }) => index)).size).toBe(1)
    const { head } = a.log
    expect(await world.run(b.remove(c.self.id))).toEqual(rosters[0])
    expect(await world.run(b.remove('0'.repeat(32)))).toEqual(rosters[0])
    expect(a.log.head).toBe(head)
    await world.stop(a, b, c)
  })

  it.each(['', 'a', '0'.repeat(31), 'G'.repeat(32), 'A'.repeat(32), `${'0'.repeat(32)}\n`, 42, null, undefined, {}])(
    'refuses the id %p',
    async id => {
      const world = new World()
      const host = await world.start('a')
      // whoever writes JavaScript may pass anything
      expect(await world.fails(host.remove(id as string))).toMatchObject({ code: 'KAYAK_INVALID' })
      await world.stop(host)
    },
  )

  it('refuses its own id: that is what close is for', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    for (const host of [a, b])
      expect(await world.fails(host.remove(host.self.id))).toMatchObject({
        code: 'KAYAK_INVALID',
        message: containing('close()'),
      })
    expect(a.roster.voters).toHaveLength(2)
    await world.stop(a, b)
  })

  it.each([{ timeoutMs: 0 }, { timeoutMs: null }, { signal: {} }, null, 42])(
    'refuses the options %p',
    async options => {
      const world = new World()
      const [a, b] = await world.pair()
      // whoever writes JavaScript may pass anything
      expect(await world.fails(a.remove(b.self.id, options as OperationOptions))).toMatchObject({
        code: 'KAYAK_INVALID',
      })
      expect(a.roster.voters).toHaveLength(2)
      await world.stop(a, b)
    },
  )
})
