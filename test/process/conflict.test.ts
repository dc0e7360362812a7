import { ending, three } from './members'
import { Harbour, Refused } from './process'

describe('two operators on two members', () => {
  const harbour = new Harbour()
  beforeAll(() => harbour.open())
  afterAll(() => harbour.close())

  it('do not overrun each other: of two changes of one roster one is a conflict, until its operator has looked', async () => {
    const [a, b, c] = three(await harbour.grow(3))
    const { roster } = await a.ask('view', undefined)
    // each leaves two voters, and both together would leave one
    const demote = (id: string) => ({ steps: [{ type: 'demote', id } as const], ifIndex: roster.index })
    const ends = await Promise.all([
      ending(b.ask('change', demote(c.self.id))),
      ending(c.ask('change', demote(b.self.id))),
    ])
    const conflicts = ends.filter(end => end instanceof Refused)
    expect(conflicts.map(({ code, outcome }) => [code, outcome])).toEqual([['KAYAK_CONFLICT', 'rejected']])

    const [loser, other] = ends[0] instanceof Refused ? [b, c] : [c, b]
    expect(await loser.ask('barrier', undefined)).toBeGreaterThan(roster.index)
    const now = (await loser.ask('view', undefined)).roster
    expect([now.voters.map(({ id }) => id).sort(), now.learners.map(({ id }) => id)]).toEqual([
      [a.self.id, other.self.id].sort(),
      [loser.self.id],
    ])
    const promote = { steps: [{ type: 'promote', id: loser.self.id } as const], ifIndex: now.index }
    expect((await loser.ask('change', promote)).voters).toHaveLength(3)
  })
})
