import { Load } from './load'
import { rolesOf } from './members'
import { Harbour, type MemberProcess } from './process'

const MiB = 1024 * 1024
/** More than a log keeps for members that lag a little, and than is on its way to one at a time. */
const BURST = { count: 24, bytes: MiB - 1, timeoutMs: 60_000 }
const NAMES = 150
/** So long a timeout that a leader goes on to lead while the others stand still. */
const OPTIONS = { compactEntries: 100, electionTimeoutMs: 60_000 }

const kinds = ({ compactions }: MemberProcess): readonly string[] => compactions.map(({ type }) => type)

describe('what piles up in real processes', () => {
  const harbour = new Harbour()
  const running = new Set<MemberProcess>()
  const load = new Load(() => [...running], 4, 7)
  let members: readonly MemberProcess[] = []
  beforeAll(async () => {
    await harbour.open()
    members = await harbour.grow(3, OPTIONS, 'segments')
  })
  afterAll(() => {
    load.abandon()
    return harbour.close()
  })

  /** All have applied the same. */
  async function expectEqual(members: readonly MemberProcess[], count: number): Promise<void> {
    for (const member of members) expect(await member.ask('state', undefined)).toMatchObject({ count })
    const digests = await Promise.all(members.map(async member => (await member.ask('state', undefined)).digest))
    expect(new Set(digests).size).toBe(1)
  }

  it('in logs is cut under load, and who lags gets the rest, or a snapshot where that is gone', async () => {
    for (const member of members) running.add(member)
    const [leader, other, slow] = await rolesOf(members)
    await load.more(250)
    for (const member of members) await member.until(one => (kinds(one).includes('finished') ? one : undefined))

    running.delete(slow)
    await load.left(slow)
    slow.pause()
    await load.more(250)
    slow.wake()
    running.add(slow)
    await load.more(50)
    await load.stop()
    await expectEqual(members, load.acknowledged.size)
    for (const member of members) expect(await member.ask('cut', undefined)).toBeGreaterThan(100)
    expect(kinds(slow)).not.toContain('installed')

    slow.pause()
    expect((await leader.ask('burst', BURST)).ends).toEqual({ done: BURST.count })
    const after = await leader.ask('append', { payload: 'after the burst' })
    await leader.ask('names', { count: NAMES })
    // only then is what the slow one lacks gone
    await leader.until(one => one.compactions.find(({ type, index }) => type === 'finished' && index >= after))
    slow.wake()
    await slow.until(one => (kinds(one).includes('installed') ? one : undefined))
    await other.ask('append', { payload: 'the last' })
    await expectEqual(members, load.acknowledged.size + BURST.count + NAMES + 2)
    expect(members.flatMap(kinds)).not.toContain('failed')
  }, 240_000)

  it('where nothing commits has a limit, at which appends are refused and it is told, until it has committed', async () => {
    const [leader, ...others] = await rolesOf(members)
    const { count: counted } = await leader.ask('state', undefined)
    const before = leader.committed.length
    for (const member of others) member.pause()
    // as many as one host lets wait; they may commit yet when their callers have gone
    const full = { count: 64, bytes: MiB - 1, timeoutMs: 2000 }
    const { ends } = await leader.ask('burst', full)
    expect(ends['KAYAK_TIMEOUT']).toBeGreaterThan(60)
    const more = await leader.ask('burst', { ...full, count: 3 })
    expect([more.ends, more.budgets]).toEqual([{ KAYAK_OVERLOADED: 3 }, expect.arrayContaining(['uncommitted'])])
    const over = await leader.until(({ events }) =>
      events.find(told => told.type === 'over-budget' && told.budget === 'uncommitted'),
    )
    expect(over).toMatchObject({ limit: 64 * MiB, count: expect.any(Number) as number })

    for (const member of others) member.wake()
    await leader.until(({ committed }) =>
      committed.length - before >= (ends['KAYAK_TIMEOUT'] ?? 0) ? committed : undefined,
    )
    for (const member of members) await member.ask('append', { payload: 'again', timeoutMs: 60_000 })
    const { count } = await leader.ask('state', undefined)
    expect(count - counted).toBeGreaterThanOrEqual((ends['KAYAK_TIMEOUT'] ?? 0) + members.length)
    await expectEqual(members, count)
  }, 240_000)
})
