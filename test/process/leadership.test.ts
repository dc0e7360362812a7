import { leaderOf, rolesOf } from './members'
import { failing, Harbour, type MemberProcess } from './process'

/** That of these processes. */
const ELECTION_TIMEOUT_MS = 400
/** Why it may say that it gave up: it hears of the next leader, or looks for a quorum, at the moment at which it goes on. */
const WHYS = ['stalled', 'no-quorum', 'newer-term']

describe('the leadership of real processes', () => {
  const harbour = new Harbour()
  let members: readonly MemberProcess[] = []
  beforeAll(async () => {
    await harbour.open()
    members = await harbour.grow(3)
  })
  afterAll(() => harbour.close())

  /** Has a leader stand still for more than an election timeout, and says why it has given up. */
  async function hold(): Promise<string> {
    const [held, ...others] = await rolesOf(members)
    const before = held.events.length
    const since = Date.now()
    held.pause()
    const next = await leaderOf(others)
    while (Date.now() - since < 3 * ELECTION_TIMEOUT_MS) await next.ask('append', { payload: 'meanwhile' })
    held.wake()
    const told = <T>(find: (event: (typeof held.events)[number]) => T | undefined): Promise<T> =>
      held.until(({ events }) =>
        events
          .slice(before)
          .map(find)
          .find(found => found !== undefined),
      )
    expect(await told(event => (event.type === 'stalled' ? event.heldMs : undefined))).toBeGreaterThan(
      ELECTION_TIMEOUT_MS,
    )
    const why = await told(event => (event.type === 'stepped-down' ? event.why : undefined))
    expect(await held.ask('append', { payload: 'by who was held' })).toBeGreaterThan(0)
    return why
  }

  it('is lost by a leader whose event loop is held, which says so, and another leads', async () => {
    expect(WHYS).toContain(await hold())
  }, 120_000)

  it('stays where it was when it can not be handed over, and appends go on', async () => {
    const [leader, target, other] = await rolesOf(members)
    target.pause()
    const asked = { to: target.self.id, timeoutMs: 50_000 }
    expect((await failing(other.ask('transfer', asked))).code).toBe('KAYAK_TIMEOUT')
    expect(await leader.ask('append', { payload: 'through the leader' })).toBeGreaterThan(0)
    expect(await other.ask('append', { payload: 'through another' })).toBeGreaterThan(0)
    target.wake()
    await target.ask('barrier', undefined)
  }, 120_000)

  it('goes to whoever is preferred', async () => {
    const [leader, preferred] = await rolesOf(members)
    const before = preferred.events.length
    await leader.ask('change', { steps: [{ type: 'prefer', id: preferred.self.id, priority: 1 }] })
    await preferred.until(({ events }) => events.slice(before).find(({ type }) => type === 'leader-elected'))
    expect(await leader.ask('append', { payload: 'under the preferred one' })).toBeGreaterThan(0)
  }, 120_000)
})
