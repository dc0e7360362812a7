import { Load } from './load'
import { failing, Harbour, type MemberProcess } from './process'

const NAMES = ['a', 'b', 'c'] as const
const SETTINGS = { electionTimeoutMs: 900, leaseMs: 500, clockBoundMs: 200 }
const REFUSED = {
  code: 'KAYAK_INVALID',
  message: expect.stringContaining('electionTimeoutMs is 900 in this cluster') as string,
}

describe('what a cluster of processes has agreed on', () => {
  const harbour = new Harbour()
  const running = new Map<string, MemberProcess>()
  const load = new Load(() => [...running.values()], 2, 11)
  beforeAll(() => harbour.open())
  afterAll(() => {
    load.abandon()
    return harbour.close()
  })

  const member = (name: string): MemberProcess => {
    const found = running.get(name)
    if (found === undefined) throw new Error(`${name} doesn't run.`)
    return found
  }

  it('is settled on anew under load, by all, and a host whose options say something else is refused', async () => {
    const members = await harbour.grow(3)
    members.forEach((one, at) => running.set(NAMES[at] ?? '', one))
    await load.more(20)
    const lease = { payload: '', level: 'lease' } as const
    for (const one of members) expect((await failing(one.ask('query', lease))).code).toBe('KAYAK_INVALID')
    const { index } = await member('b').ask('change', { steps: [{ type: 'settle', settings: SETTINGS }] })
    await load.more(20)
    for (const one of members) {
      expect(await one.ask('barrier', undefined)).toBeGreaterThan(index)
      expect((await one.ask('query', lease)).has).toBe(false)
    }
    await load.more(20)
    await load.stop()
    for (const name of NAMES) {
      const before = member(name)
      running.delete(name)
      await before.ask('stop', undefined)
      await before.ended
      // what these processes say, unless they say otherwise
      if (name === 'a') expect(await failing(harbour.start(name))).toMatchObject(REFUSED)
      running.set(name, await harbour.start(name, { options: SETTINGS }))
    }
    for (const name of NAMES) {
      expect((await member(name).ask('query', lease)).has).toBe(false)
      const payloads = (await member(name).ask('read', undefined)).map(({ payload }) => payload)
      expect(payloads.filter(payload => payload !== 'the end').sort()).toEqual([...load.acknowledged.keys()].sort())
    }
  }, 240_000)
})
