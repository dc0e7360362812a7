import { ending, seen, three, type Three } from './members'
import { failing, Harbour, Refused, type MemberProcess } from './process'

/** So long that no machine is so slow that the others would elect anew for any other reason. */
const SETTINGS = { options: { electionTimeoutMs: 3000 } }
/** What tells that somebody was disturbed. */
const DISTURBED = new Set(['election-started', 'stepped-down', 'leader-changed', 'leader-elected'])

describe('a member that was removed', () => {
  const harbour = new Harbour()
  let others: Three
  let gone: MemberProcess
  let before: readonly unknown[]
  const standing = () =>
    Promise.all(
      others.map(async member => {
        const { term, leader } = await member.ask('view', undefined)
        return { term, leader, disturbed: member.events.filter(({ type }) => DISTURBED.has(type)).length }
      }),
    )
  beforeAll(async () => {
    await harbour.open()
    const members = await harbour.grow(4, SETTINGS.options)
    others = three(members)
    const [, , , fourth] = members
    if (fourth === undefined) throw new Error('The cluster has not grown.')
    gone = fourth
    before = await standing()
  })
  afterAll(() => harbour.close())

  /** Whether it votes, as another says. */
  const votes = (by: MemberProcess, { self }: MemberProcess): Promise<unknown> =>
    seen(by, ({ roster }) => roster.voters.some(({ id, address }) => id === self.id && address === self.address))

  /** It is told, stands for no election that counts, and none of the others has noticed anything. */
  async function expectQuiet(removed: MemberProcess): Promise<void> {
    await removed.until(({ events }) => events.find(({ type }) => type === 'removed'))
    expect(removed.events).not.toContainEqual(expect.objectContaining({ type: 'election-started', phase: 'vote' }))
    for (const member of others) await member.ask('append', { payload: 'without it' })
    expect(await standing()).toEqual(before)
  }

  it('while it stood still disturbs nobody when it goes on, and leaves no append of its own in the dark', async () => {
    const [a, b, c] = others
    const { committed: since } = await a.ask('view', undefined)
    const wishes = Array.from({ length: 60 }, (_, at) => ({
      payload: `wish ${at}`,
      id: `wish ${at}`,
      since,
      timeoutMs: 60_000,
    }))
    const asked = (some: typeof wishes) => some.map(wish => ending(gone.ask('append', wish)))
    const early = asked(wishes.slice(0, 40))
    // once it has answered this it has begun with them
    await gone.ask('view', undefined)
    gone.pause()
    const late = asked(wishes.slice(40))
    await b.ask('remove', { id: gone.self.id })
    gone.wake()
    const ends = await Promise.all([...early, ...late])
    await expectQuiet(gone)
    const removed = ends.filter(end => end instanceof Refused)
    expect(new Set(removed.map(({ code }) => code))).toEqual(new Set(['KAYAK_REMOVED']))
    expect(removed.length).toBeGreaterThanOrEqual(late.length)

    const known = new Map((await c.ask('read', undefined)).map(({ payload, index }) => [payload, index]))
    for (const [at, end] of ends.entries()) {
      const index = known.get(`wish ${at}`)
      if (!(end instanceof Refused)) expect([at, end]).toEqual([at, index])
      else if (end.outcome === 'rejected') expect([at, index]).toEqual([at, undefined])
    }
    const again = await Promise.all(wishes.map(wish => c.ask('append', wish)))
    for (const [at, index] of again.entries()) expect(index).toBe(known.get(`wish ${at}`) ?? index)
    const lines = (await a.ask('read', undefined)).filter(({ payload }) => payload.startsWith('wish '))
    expect(lines.map(({ index }) => index).sort()).toEqual([...again].sort())
    expect(lines).toHaveLength(wishes.length)
  }, 120_000)

  it('is not let in again by its folder, and with a new one is another member', async () => {
    await gone.kill()
    expect((await failing(harbour.start('d', SETTINGS))).code).toBe('KAYAK_REMOVED')
    const fresh = await harbour.start('fresh', { ...SETTINGS, peers: [others[1].self.address] })
    expect(fresh.self.id).not.toBe(gone.self.id)
    await votes(others[2], fresh)
    gone = fresh
  }, 120_000)

  it('before it could know, and was added again, is a member again by its folder', async () => {
    const [a, b, c] = others
    await gone.kill()
    await a.ask('remove', { id: gone.self.id })
    await b.ask('change', { steps: [{ type: 'add', ...gone.self }] })
    const again = await harbour.start('fresh', SETTINGS)
    expect(again.self).toEqual(gone.self)
    await votes(c, again)
    const index = await again.ask('append', { payload: 'with it' })
    expect(await again.ask('read', undefined)).toContainEqual({ index, payload: 'with it' })
    gone = again
  }, 120_000)

  it('before it could know disturbs nobody when it comes back', async () => {
    await gone.kill()
    await others[0].ask('remove', { id: gone.self.id })
    await expectQuiet(await harbour.start('fresh', SETTINGS))
  }, 120_000)
})
