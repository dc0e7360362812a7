import { failing, Harbour, type MemberProcess } from './process'

/** One more than are remembered without `since`. */
const NAMES = 50_001
const MiB = 1024 * 1024

describe('limits of real processes', () => {
  const harbour = new Harbour()
  let members: MemberProcess[] = []
  beforeAll(async () => {
    await harbour.open()
    members = await harbour.grow(3)
  })
  afterAll(() => harbour.close())

  const memberAt = (at: number): MemberProcess => {
    const member = members[at]
    if (member === undefined) throw new Error(`There is no member ${String(at)}.`)
    return member
  }

  async function leader(): Promise<MemberProcess> {
    for (;;) for (const member of members) if ((await member.ask('view', undefined)).role === 'leader') return member
  }

  it('cost a leader nothing where its consumer takes a second an entry', async () => {
    const slow = await leader()
    const { term } = await slow.ask('view', undefined)
    await slow.ask('dawdle', undefined)
    let dawdled = 0
    for (let round = 0; dawdled < 3; round++) {
      await memberAt(round % 3).ask('append', { payload: `while it dawdles ${String(round)}` })
      dawdled = await slow.ask('dawdled', undefined)
    }
    expect(await slow.ask('view', undefined)).toMatchObject({ role: 'leader', term })
  }, 120_000)

  it('make ids be forgotten, which are never applied again, on any member, also after all were killed', async () => {
    await memberAt(0).ask('names', { count: NAMES })
    const known = await memberAt(0).ask('read', undefined)
    // the first in the log is the one that was forgotten
    const id = known.find(({ payload }) => payload.startsWith('name '))?.payload ?? ''
    const again = { payload: 'again', id, timeoutMs: 30_000 }
    for (const member of members)
      expect((await failing(member.ask('append', again))).code).toBe('KAYAK_SESSION_EXPIRED')
    await Promise.all(members.map(member => member.kill()))
    members = await Promise.all(['a', 'b', 'c'].map(name => harbour.start(name)))
    for (const member of members) {
      // while it goes through its log again it still knows the answer
      await member.ask('barrier', undefined)
      expect((await failing(member.ask('append', again))).code).toBe('KAYAK_SESSION_EXPIRED')
      await member.ask('append', { payload: 'plain' })
      const { committed: since } = await member.ask('view', undefined)
      await member.ask('append', { payload: 'new', id: `new of ${member.self.id}`, since })
    }
    const lines = await memberAt(2).ask('read', undefined)
    expect(lines.filter(({ payload }) => payload === 'again')).toEqual([])
    expect(lines.filter(({ payload }) => payload === 'new')).toHaveLength(3)
  }, 240_000)

  it('refuse more than may wait, and tell of it, where nothing goes on', async () => {
    const [one, ...others] = members
    await Promise.all(others.map(member => member.kill()))
    const { ends, budgets } = (await one?.ask('burst', { count: 70, bytes: MiB - 1, timeoutMs: 2000 })) ?? {}
    expect(ends).toEqual({ KAYAK_TIMEOUT: 64, KAYAK_OVERLOADED: 6 })
    expect(budgets).toContain('pending')
  }, 120_000)
})
