import fc from 'fast-check'
import { contextOf, machine, reply, type CommandContext, type Entry } from 'kayak'
import { project } from 'kayak/streams'
import { transition } from 'kayak'
import { from } from 'rxjs'
import { World } from '../host/world.js'
import { see } from '../streams/operators/seen'

/** What versions of kayak that are in use have given. It doesn't change. */
const GOLDEN = {
  first: [0.5099356486277928, 0.09437801493160292, 'd5d611bb-f79c-47af-b17f-f4f09c7290ea', 0.049370411467050235],
  second: [0.008372029028274497, 0.41995193510519346, '36e6ad67-9b2a-4e90-b0a1-2f870eb75460', 0.6870161694589036],
}

const drawn = (context: CommandContext): unknown => [
  context.random(),
  context.random(),
  context.uuid(),
  context.random(),
]

describe('the context of a command', () => {
  test('gives for an entry what every version of kayak has given: what is in states depends on it', () => {
    expect(drawn(contextOf({ index: 1, term: 1, time: 0 }))).toEqual(GOLDEN.first)
    expect(drawn(contextOf({ index: 2 ** 40 + 7, term: 3, time: 1_795_000_000_123 }))).toEqual(GOLDEN.second)
  })

  test('gives the same for the same entry, and something else for any other', () => {
    const part = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
    const place = fc.record({ index: part, term: part, time: part })
    fc.assert(
      fc.property(place, place, (one, other) => {
        expect(drawn(contextOf(one))).toEqual(drawn(contextOf({ ...one })))
        const isSame = one.index === other.index && one.term === other.term && one.time === other.time
        expect(contextOf(one).random() === contextOf(other).random()).toBe(isSame)
      }),
    )
  })

  test('spreads evenly, from one entry to the next and within one', () => {
    const counts = { across: new Array<number>(10).fill(0), within: new Array<number>(10).fill(0) }
    const one = contextOf({ index: 1, term: 1, time: 1 })
    const uuids = new Set<string>()
    for (let index = 1; index <= 10_000; index++) {
      const context = contextOf({ index, term: 1, time: 1_000 })
      for (const [kind, value] of [
        ['across', context.random()],
        ['within', one.random()],
      ] as const) {
        expect(value >= 0 && value < 1).toBe(true)
        const tenth = Math.floor(value * 10)
        counts[kind][tenth] = (counts[kind][tenth] ?? 0) + 1
      }
      const uuid = context.uuid()
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      uuids.add(uuid)
    }
    // of 10,000 a tenth is within 150 of 1000 but for once in a million times, and these are always the same
    for (const count of [...counts.across, ...counts.within]) expect(Math.abs(count - 1000)).toBeLessThan(150)
    expect(uuids.size).toBe(10_000)
  })

  it('is of the entry, on every member', async () => {
    const world = new World()
    const hosts = await world.pair()
    const seen = new Map<number, unknown[]>()
    const machines = hosts.map(host =>
      machine(host, {
        initial: 0,
        clock: world.clock,
        apply: (count, _, context) => {
          const { index, term, now } = context
          seen.set(index, [...(seen.get(index) ?? []), [term, now, context.random(), context.uuid()]])
          return reply(count + 1, { index, term, now })
        },
      }),
    )
    const [one, other] = machines
    for (let at = 0; at < 3; at++) {
      const told = await world.run(one?.propose('x') ?? Promise.reject(new Error()))
      expect(told).toMatchObject({ index: one?.index, term: hosts[0].term })
      await world.pass(5)
    }
    await world.run(other?.ready() ?? Promise.reject(new Error()))
    for (const [first, second] of seen.values()) expect(first).toEqual(second)
    expect(seen.size).toBe(3)
    await world.stop(...hosts)
  })
})

describe('transition', () => {
  const entries: readonly Entry<number>[] = [3, 4, 6].map((index, at) => ({
    index,
    term: 1,
    kind: 'data',
    time: at,
    payload: at,
  }))

  test('makes a projection of an apply, with what it has answered', () => {
    const sum = transition((state: number, add: number, { index }) => (add === 1 ? state : reply(state + add, index)))
    const seen = see(from(entries).pipe(project({ state: 5 }, sum)))
    expect(seen.values.map(({ index, state: { state, value } }) => [index, state, value])).toEqual([
      [3, 5, 3],
      [4, 5, undefined],
      [6, 7, 6],
    ])
  })

  test('names the entry at which apply has failed, or has promised something', () => {
    const fault = new Error('fault')
    const failing = transition((_: number, add: number) => {
      if (add === 1) throw fault
      return 0
    })
    expect(see(from(entries).pipe(project({ state: 0 }, failing)))).toMatchObject({
      end: 'error',
      error: { code: 'KAYAK_MACHINE_FAILED', index: 4, outcome: 'unknown', cause: fault },
    })
    const later = transition((_: unknown, add: number) => Promise.resolve(add))
    const answering = transition((_: unknown, add: number) => reply<unknown, unknown>(undefined, Promise.resolve(add)))
    for (const promising of [later, answering])
      expect(see(from(entries).pipe(project({ state: undefined }, promising)))).toMatchObject({
        error: { code: 'KAYAK_MACHINE_FAILED', index: 3, cause: { code: 'KAYAK_INVALID' } },
      })
  })
})
