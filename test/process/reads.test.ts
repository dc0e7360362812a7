import type { ReadLevel, ReadOptions } from '../../streams/contracts/host'
import { failing, Harbour, Refused, type MemberProcess } from './process'

/** With the election timeout of these processes, 400 ms. */
const LEASES = { leaseMs: 200, clockBoundMs: 100 }
const FRESH: readonly (readonly [ReadLevel, ReadOptions])[] = [
  ['linearizable', {}],
  ['lease', {}],
  ['bounded', { maxMs: 0 }],
]

describe('reads of real processes', () => {
  const harbour = new Harbour()
  let members: readonly MemberProcess[] = []
  beforeAll(async () => {
    await harbour.open()
    members = await harbour.grow(3, LEASES)
  })
  afterAll(() => harbour.close())

  const leaderOf = async (running: readonly MemberProcess[]): Promise<MemberProcess> => {
    if (running.length === 0) throw new Error('Nobody runs.')
    for (;;) for (const member of running) if ((await member.ask('view', undefined)).role === 'leader') return member
  }

  /** Appends through one member after another until one has acknowledged it. */
  async function append(running: readonly MemberProcess[], payload: string, since: number): Promise<MemberProcess> {
    for (let tries = 0; ; tries++) {
      const member = running[tries % running.length]
      try {
        await member?.ask('append', { payload, id: payload, since, timeoutMs: 3000 })
        if (member !== undefined) return member
      } catch (error) {
        if (!(error instanceof Refused) || !['GONE', 'KAYAK_TIMEOUT'].includes(error.code)) throw error
      }
    }
  }

  const has = async (member: MemberProcess, payload: string, level: ReadLevel, options: ReadOptions) =>
    (await member.ask('query', { payload, level, ...options })).has

  it('have what was acknowledged before, at every level, on every member, also after the leader was killed', async () => {
    const doomed = await leaderOf(members)
    let running = members
    for (let round = 0; round < 24; round++) {
      if (round === 12) await doomed.kill()
      running = running.filter(({ hasEnded }) => !hasEnded)
      const payload = `line ${round}`
      const since = (await Promise.all(running.map(member => member.ask('view', undefined)))).map(
        view => view.committed,
      )
      const by = await append(running, payload, Math.min(...since))
      const { token } = await by.ask('query', { payload, level: 'stale' })
      for (const member of running) {
        for (const [level, options] of FRESH) expect(await has(member, payload, level, options)).toBe(true)
        expect(await has(member, payload, 'session', { token })).toBe(true)
      }
    }
    expect(running).toHaveLength(2)
  }, 120_000)

  it('of a leader that stood still are not of what it knew, though it still thinks that it leads', async () => {
    const running = members.filter(({ hasEnded }) => !hasEnded)
    for (const { hasEnded, self } of members) if (hasEnded) await running[0]?.ask('remove', { id: self.id })
    const spare = await harbour.start('spare', { peers: running.map(({ self }) => self.address), options: LEASES })
    for (let round = 0; round < 3; round++) {
      const all = [...running, spare]
      const leader = await leaderOf(all)
      const others = all.filter(member => member !== leader)
      const { committed: since } = await leader.ask('view', undefined)
      leader.child.kill('SIGSTOP')
      await append(others, `while ${round}`, since)
      const asked = has(leader, `while ${round}`, 'lease', {})
      leader.child.kill('SIGCONT')
      expect(await asked).toBe(true)
    }
  }, 120_000)

  it('are refused where they can not be proven', async () => {
    const alone = await harbour.start('alone')
    expect((await failing(alone.ask('query', { payload: '', level: 'lease' }))).code).toBe('KAYAK_INVALID')
    await alone.ask('stop', undefined)
    const [one] = members.filter(({ hasEnded }) => !hasEnded)
    for (const member of harbour.running) if (member !== one) await member.kill()
    const options = { payload: '', level: 'bounded', maxMs: 0, timeoutMs: 1000 } as const
    expect((await failing(one?.ask('query', options) ?? Promise.resolve())).code).toBe('KAYAK_TOO_STALE')
  }, 120_000)
})
