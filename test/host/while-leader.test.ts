import { Observable } from 'rxjs'
import type { Host } from 'kayak'
import { whileLeader } from 'kayak/streams'
import { T, World } from './world.js'

interface Work {
  readonly of: string
  readonly term: number
  isOver: boolean
}

/** Runs work on each host, and notes when it began and whether it is over. */
function worksOf(hosts: readonly Host[]): readonly Work[] {
  const works: Work[] = []
  const work = (of: string, term: number): Observable<never> =>
    new Observable(() => {
      const one: Work = { of, term, isOver: false }
      works.push(one)
      return () => (one.isOver = true)
    })
  for (const host of hosts) whileLeader(host, term => work(host.self.id, term)).subscribe()
  return works
}

describe('whileLeader on a cluster', () => {
  it('works once a term, on who leads it, by tokens that only grow', async () => {
    const world = new World()
    const hosts = await world.trio()
    const works = worksOf(hosts)
    for (let round = 1; round <= 4; round++) {
      const leader = await world.leaderOf(hosts)
      expect(works.filter(({ isOver }) => !isOver)).toEqual([{ of: leader.self.id, term: leader.term, isOver: false }])
      world.network.isolate(leader.self.address)
      await world.until(() => works.length > round)
      world.network.heal()
      await world.until(() => hosts.every(host => host.term === works.at(-1)?.term))
    }
    const terms = works.map(({ term }) => term)
    expect(terms).toEqual([...new Set(terms)].sort((one, other) => one - other))
    await world.stop(...hosts)
    expect(works.map(({ isOver }) => isOver)).toEqual(works.map(() => true))
  })

  it('ends its work where nobody answers, although nobody else has been elected', async () => {
    const world = new World()
    const hosts = await world.trio()
    const leader = await world.leaderOf(hosts)
    const works = worksOf([leader])
    for (const { self } of hosts) world.network.isolate(self.address)
    await world.pass(3 * T)
    expect(works).toEqual([{ of: leader.self.id, term: leader.term, isOver: true }])
    await world.stop(...hosts)
  })

  it('ends its work where the host fails for good', async () => {
    const world = new World()
    const host = await world.start('a')
    const works = worksOf([host])
    expect(works.map(({ isOver }) => isOver)).toEqual([false])
    world.disk('a').failNextWrite()
    await world.fails(host.log.append('x'))
    expect(works.map(({ isOver }) => isOver)).toEqual([true])
    await world.stop(host)
  })
})
