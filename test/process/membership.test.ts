import { once } from 'node:events'
import { createServer } from 'node:net'
import type { RosterStep } from '../../streams/rules/membership'
import { Harbour, Refused, type MemberProcess, type View } from './process'

const idsOf = (...members: readonly MemberProcess[]): readonly string[] => members.map(({ self }) => self.id).sort()
const voters = ({ roster }: Pick<View, 'roster'>): readonly string[] => roster.voters.map(({ id }) => id).sort()

/** Where nobody listens, a moment ago. */
async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('It has no port.')
  return `127.0.0.1:${String(address.port)}`
}

/** A bound for what hangs. */
const HANGS_MS = 240_000

describe('a cluster of processes that changes', () => {
  const harbour = new Harbour()
  beforeAll(() => harbour.open())
  afterAll(() => harbour.close())

  /** A newcomer that stays a learner. */
  const learner = (name: string, by: MemberProcess): Promise<MemberProcess> =>
    harbour.start(name, { peers: [by.self.address], options: { asLearner: true } })

  /** Asks one after another until a change is made: who was asked may be gone, or its leader. */
  async function change(through: readonly MemberProcess[], steps: readonly RosterStep[]): Promise<void> {
    for (let at = 0; ; at++) {
      const member = through[at % through.length]
      try {
        await member?.ask('change', { steps })
        return
      } catch (error) {
        if (!(error instanceof Refused) || !['GONE', 'KAYAK_TIMEOUT', 'KAYAK_STOPPED'].includes(error.code)) throw error
      }
    }
  }

  async function leaderOf(members: readonly MemberProcess[]): Promise<MemberProcess> {
    for (;;) for (const member of members) if ((await member.ask('view', undefined)).role === 'leader') return member
  }

  it(
    'replaces a member that was killed, and goes on though a leader is killed in the midst of a joint change',
    async () => {
      const [a, b, c] = await harbour.grow(3)
      if (a === undefined || b === undefined || c === undefined) throw new Error('The cluster has not grown.')
      const appended = [await a.ask('append', { payload: 'first' })]
      await c.kill()
      const d = await learner('spare', a)
      const replaced = await b.ask('change', {
        steps: [
          { type: 'remove', id: c.self.id },
          { type: 'promote', id: d.self.id },
        ],
      })
      expect(voters({ roster: replaced })).toEqual(idsOf(a, b, d))

      const leader = await leaderOf([a, b, d])
      const [one, other] = [a, b, d].filter(member => member !== leader)
      if (one === undefined || other === undefined) throw new Error('There are no others.')
      const [e, f] = [await learner('e', one), await learner('f', one)]
      appended.push(await one.ask('append', { payload: 'second' }))
      // two come and one goes; who leads is gone before it can have ended it, or just after
      const steps: readonly RosterStep[] = [
        { type: 'promote', id: e.self.id },
        { type: 'promote', id: f.self.id },
        { type: 'remove', id: leader.self.id },
      ]
      const changing = change([one, other], steps)
      await one.ask('append', { payload: 'third' }).then(index => appended.push(index))
      await leader.kill()
      await changing
      appended.push(await other.ask('append', { payload: 'fourth' }))
      for (const member of [one, other, e, f]) {
        await member.ask('barrier', undefined)
        expect(voters(await member.ask('view', undefined))).toEqual(idsOf(one, other, e, f))
        const lines = await member.ask('read', undefined)
        const mine = lines.filter(({ payload }) => payload !== 'the end')
        expect(mine.map(({ index }) => index)).toEqual(appended)
        expect(mine.map(({ payload }) => payload)).toEqual(['first', 'second', 'third', 'fourth'])
      }
    },
    HANGS_MS,
  )

  it(
    'moves one after another, under load, until none is where it was, and votes from there',
    async () => {
      const names = ['k', 'l', 'm']
      const members = [await harbour.start('k')]
      const first = members[0]?.self.address ?? ''
      for (const name of ['l', 'm']) members.push(await harbour.start(name, { peers: [first] }))
      const appended: number[] = []
      const isAt = (view: View, { self }: MemberProcess): boolean =>
        view.roster.voters.some(({ id, address }) => id === self.id && address === self.address)
      for (const [at, name] of names.entries()) {
        const [before, other] = [members[at], members[(at + 1) % names.length]]
        if (before === undefined || other === undefined) throw new Error('The cluster has not grown.')
        await before.kill()
        const opening = harbour.start(name, { address: await freeAddress() })
        for (let count = 0; count < 20; count++) appended.push(await other.ask('append', { payload: String(count) }))
        const moved = await opening
        members[at] = moved
        // one that moves before the others know where this one is finds nobody
        while (!isAt(await other.ask('view', undefined), moved)) await other.ask('barrier', undefined)
      }
      const last = members[2]
      if (last === undefined) throw new Error('Nobody is left.')
      const isPlaced = (view: View): boolean => members.every(member => isAt(view, member))
      while (!isPlaced(await last.ask('view', undefined))) await last.ask('barrier', undefined)
      const lines = await last.ask('read', undefined)
      expect(lines.slice(0, -1).map(({ index }) => index)).toEqual(appended)
      // without one of them the other two are a majority
      await members[0]?.kill()
      expect(await last.ask('append', { payload: 'x' })).toBeGreaterThan(0)
    },
    HANGS_MS,
  )

  it(
    'hands its leadership over, and has another leader when it stops',
    async () => {
      const a = await harbour.start('x')
      const members = [a]
      for (const name of ['y', 'z']) members.push(await harbour.start(name, { peers: [a.self.address] }))
      /** A busy machine may elect in the midst of anything: then another leads, or nobody has taken over in time. */
      const handOver = async (): Promise<readonly [from: string, to: string]> => {
        for (;;) {
          const leader = await leaderOf(members)
          const [to] = idsOf(...members.filter(member => member !== leader))
          try {
            return [leader.self.id, (await leader.ask('transfer', { to: to ?? '' })).id]
          } catch (error) {
            if (!(error instanceof Refused) || !['KAYAK_INVALID', 'KAYAK_TIMEOUT'].includes(error.code)) throw error
          }
        }
      }
      const [from, to] = await handOver()
      expect(to).not.toBe(from)
      const leader = await leaderOf(members)
      const others = members.filter(member => member !== leader)
      await leader.ask('stop', undefined)
      expect(await leader.ended).toBe(0)
      expect(await (await leaderOf(others)).ask('append', { payload: 'x' })).toBeGreaterThan(0)
    },
    HANGS_MS,
  )
})
