import type { Host } from 'kayak'
import { AppendReply, message, TimeoutNow, VoteReply } from '../../streams/contracts/messages/index.js'
import { record, T, World } from './world.js'

const FARTHEST = 2 ** 32
const NOTHING = { match: 0, verified: 0, round: 0, refusedIndex: 0, hintIndex: 0, hintTerm: 0 }
const REPLY = { pre: false, rosterIndex: 0, isMember: true, reason: 'stale-term' } as const

const messagesOf = (term: number): readonly object[] => [
  message(AppendReply, { term, incarnation: 1, fits: false, ...NOTHING }),
  message(VoteReply, { term, forTerm: term, ...REPLY }),
  message(TimeoutNow, { term }),
]

async function goesOn(world: World, hosts: readonly Host[]): Promise<void> {
  const leader = await world.leaderOf(hosts)
  expect((await world.run(leader.log.append('y'))).payload).toBe('y')
}

describe('a term that nobody can have come to', () => {
  it('is refused and told of, since behind the last there would never be a leader', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const events = record(a.events$)
    const { term } = a
    for (const absurd of [Number.MAX_SAFE_INTEGER, term + FARTHEST + 1])
      for (const one of messagesOf(absurd)) world.network.inject(b.self, a.self.address, one)
    await world.pass(5 * T)
    expect([a.role, a.term]).toEqual(['leader', term])
    const refused = events.values.filter(({ type }) => type === 'message-refused')
    expect(refused).toHaveLength(6)
    expect(refused[0]).toMatchObject({ from: b.self.id, reason: expect.stringMatching(/^term: /) as string })
    await goesOn(world, [a, b, c])
    await world.stop(a, b, c)
  })

  it('is none that is only far', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const far = a.term + FARTHEST
    for (const one of messagesOf(far).slice(0, 1)) world.network.inject(b.self, a.self.address, one)
    await world.until(() => a.term >= far)
    await goesOn(world, [a, b, c])
    await world.stop(a, b, c)
  })
})
