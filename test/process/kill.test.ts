import { seededRandom } from '../../lib/testing/seeded-random'
import { Load } from './load'
import { Harbour, type Line, type MemberProcess } from './process'

const { KILL_SEED, KILL_ROUNDS } = process.env
const seed = Number(KILL_SEED ?? Math.floor(Math.random() * 2 ** 31))
const NAMES = ['a', 'b', 'c'] as const
type Name = (typeof NAMES)[number]

const byPayload = (lines: readonly Line[]): ReadonlyMap<string, readonly number[]> => {
  const indexes = new Map<string, number[]>()
  for (const { index, payload } of lines) indexes.set(payload, [...(indexes.get(payload) ?? []), index])
  return indexes
}

describe.each([
  ['nedb', 9],
  ['segments', 6],
] as const)(`a cluster on %s whose processes are killed under load (KILL_SEED=${seed})`, (storage, most) => {
  const rounds = Number(KILL_ROUNDS ?? most)
  const harbour = new Harbour()
  const random = seededRandom(seed)
  const running = new Map<Name, MemberProcess>()
  const addresses = new Map<Name, string>()

  beforeAll(() => harbour.open())
  let load: Load | undefined
  afterAll(() => {
    load?.abandon()
    return harbour.close()
  })

  const pick = <T>(list: readonly T[]): T => {
    const one = list[Math.floor(random.next() * list.length)]
    if (one === undefined) throw new Error('There is none to pick.')
    return one
  }

  async function kill(names: readonly Name[]): Promise<void> {
    const doomed = names.flatMap(name => running.get(name) ?? [])
    for (const name of names) running.delete(name)
    await Promise.all(doomed.map(member => member.kill()))
  }

  async function restart(names: readonly Name[]): Promise<void> {
    const restarted = await Promise.all(names.map(name => harbour.start(name, { storage })))
    names.forEach((name, at) => {
      const member = restarted[at]
      if (member === undefined) return
      expect(member.self.address).toBe(addresses.get(name))
      running.set(name, member)
    })
  }

  /** Who leads, as somebody who runs says. */
  async function leader(): Promise<Name> {
    for (;;) {
      for (const [name, member] of running) if ((await member.ask('view', undefined)).role === 'leader') return name
    }
  }

  /** Whom a round kills: a follower, the leader, two, or all at once. */
  async function victims(round: number): Promise<readonly Name[]> {
    if (round % 3 === 0) return [await leader()]
    if (round % 3 === 1) return [pick(NAMES)]
    return pick([NAMES, NAMES.filter(name => name !== pick(NAMES))])
  }

  it(
    'has every acknowledged append, once, in one order, on every member',
    async () => {
      const members = await harbour.grow(3, {}, storage)
      NAMES.forEach((name, at) => {
        const member = members[at]
        if (member === undefined) throw new Error('The cluster has not grown.')
        running.set(name, member)
        addresses.set(name, member.self.address)
      })
      load = new Load(() => [...running.values()], 12, seed)
      for (let round = 0; round < rounds; round++) {
        await load.more(1 + Math.floor(random.next() * 150))
        const names = await victims(round)
        await kill(names)
        // while one of three is away the others go on
        if (names.length === 1) await load.more(1 + Math.floor(random.next() * 60))
        await restart(names)
      }
      await load.more(50)
      await load.stop()
      const read: (readonly Line[])[] = []
      for (const member of running.values()) read.push(await member.ask('read', undefined))
      const most = read.reduce((most, lines) => (lines.length > most.length ? lines : most))
      for (const lines of read) expect(lines).toEqual(most.slice(0, lines.length))
      const indexes = byPayload(most)
      for (const [payload, index] of load.acknowledged)
        expect([payload, indexes.get(payload)]).toEqual([payload, [index]])
      // besides what was acknowledged there are only the ends that reading has appended
      expect(indexes.get('the end')).toHaveLength(NAMES.length)
      expect(indexes.size).toBe(load.acknowledged.size + 1)
      for (const member of running.values()) await expectHot(member, most)
    },
    // a bound for what hangs, as any test has one, for each round
    rounds * 60_000,
  )

  /** What `committed$` has told is a run of what has committed, index by index and without a gap. */
  async function expectHot(member: MemberProcess, all: readonly Line[]): Promise<void> {
    await member.ask('barrier', undefined)
    const [first] = member.committed
    const from = all.findIndex(({ index }) => index === first?.index)
    expect(from).toBeGreaterThanOrEqual(0)
    const told = member.committed.slice(0, all.length - from)
    expect(told).toEqual(all.slice(from, from + told.length))
    expect(told.length).toBeGreaterThan(50)
  }
})
