import { merge } from 'rxjs'
import { type Host, type Member, type RoleName, type Roster } from 'kayak'
import { record, T, World } from './world.js'

const viewsOf = (host: Host) => ({
  roles: record(host.role$),
  terms: record(host.term$),
  leaders: record(host.leader$),
  rosters: record(host.roster$),
})

describe('role$, term$, leader$ and roster$', () => {
  it('replay the current value, then give each change, once, as the properties do', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const early = viewsOf(b)
    expect(early.roles.values).toEqual(['follower'])
    expect(early.terms.values).toEqual([b.term])
    expect(early.leaders.values).toEqual([a.self])
    expect(early.rosters.values).toEqual([b.roster])
    await world.run(a.close())
    await world.until(() => b.role === 'leader' && b.roster.voters.length === 1)
    expect(early.roles.values.at(-1)).toBe('leader')
    expect(early.terms.values.at(-1)).toBe(b.term)
    expect(early.leaders.values.at(-1)).toEqual(b.self)
    expect(early.rosters.values.at(-1)).toEqual({ voters: [b.self], learners: [], index: b.roster.index })
    for (const { values } of Object.values(early))
      for (const [at, value] of values.slice(1).entries()) expect(value).not.toEqual(values[at])
    const late = viewsOf(b)
    expect([late.roles.values, late.terms.values]).toEqual([['leader'], [b.term]])
    expect([late.leaders.values, late.rosters.values]).toEqual([[b.self], [b.roster]])
    await world.stop(b)
  })

  it('complete when the host stops, and also when it fails', async () => {
    for (const how of ['stop', 'failure']) {
      const world = new World()
      const host = await world.start('a')
      const views = Object.values(viewsOf(host))
      if (how === 'failure') {
        world.disk('a').failNextWrite()
        await world.fails(host.log.append('x'))
      }
      await world.stop(host)
      expect(views.map(({ end }) => end)).toEqual(views.map(() => 'complete'))
    }
  })

  it('never disagree: at each emission all four are as of one moment', async () => {
    const world = new World()
    const hosts = await world.trio()
    const moments: { role: RoleName; term: number; leader: Member | undefined; self: Member; roster: Roster }[] = []
    for (const host of hosts) {
      const note = (): void => {
        const { role, term, leader, roster, self } = host
        moments.push({ role, term, leader, roster, self })
      }
      merge(host.role$, host.term$, host.leader$, host.roster$).subscribe(note)
    }
    for (const host of hosts) {
      world.network.isolate(host.self.address)
      await world.pass(6 * T)
      world.network.heal()
      await world.pass(6 * T)
    }
    expect(moments.filter(({ role }) => role === 'leader').length).toBeGreaterThan(2)
    expect(moments.filter(({ role }) => role === 'candidate').length).toBeGreaterThan(2)
    for (const { role, leader, self } of moments) {
      if (role === 'leader') expect(leader).toEqual(self)
      else expect(leader).not.toEqual(self)
      if (role === 'candidate') expect(leader).toBeUndefined()
    }
    for (const one of moments)
      for (const other of moments) {
        if (one.term !== other.term || one.leader === undefined || other.leader === undefined) continue
        expect(one.leader).toEqual(other.leader)
      }
    await world.stop(...hosts)
  })

  it('cost nothing to who has unsubscribed', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const views = Object.values(viewsOf(b))
    for (const view of views) view.stop()
    await world.stop(a)
    await world.until(() => b.role === 'candidate')
    for (const { values, end } of views) expect({ count: values.length, end }).toEqual({ count: 1, end: undefined })
    await world.stop(b)
  })
})
