import type { Host } from 'kayak'
import { lowerLimits } from '../../lib/testing/cluster'
import { World } from './world.js'

/** What every cluster has that says nothing else. */
const DEFAULTS = { electionTimeoutMs: 1000 }

/** A cluster of two voters, and a learner that is dead and lacks an entry. */
async function withDeadLearner(world: World): Promise<[Host, Host, Host]> {
  const [a, b] = await world.pair(DEFAULTS)
  const c = await world.join('c', [a], { asLearner: true })
  await world.stop(c)
  await world.run(a.log.append('y'))
  await world.pass(2000)
  return [a, b, c]
}

describe('a learner that doesn’t catch up', () => {
  it('is an error of its own, at the leader and elsewhere, also where no option was given', async () => {
    const world = new World()
    const [a, b, c] = await withDeadLearner(world)
    const tries = [() => a.promote(c.self.id), () => b.promote(c.self.id), () => a.replace(b.self.id, c.self.id)]
    for (const ask of tries) expect(await world.fails(ask())).toMatchObject({ code: 'KAYAK_NOT_CAUGHT_UP' })
    await world.stop(a, b)
  })

  it('is that for callers of little patience too', async () => {
    const world = new World()
    const [a, b, c] = await withDeadLearner(world)
    const error = await world.fails(a.promote(c.self.id, { timeoutMs: 1500 }))
    expect(error).toMatchObject({ code: 'KAYAK_NOT_CAUGHT_UP' })
    await world.stop(a, b)
  })
})

describe('a cluster that has as many members as it can', () => {
  let restore: () => void
  beforeEach(() => (restore = lowerLimits({ members: 2 })))
  afterEach(() => restore())

  it('says so to whoever would join', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const error = await world.fails(world.join('c', [b]))
    expect(error).toMatchObject({ code: 'KAYAK_OVERLOADED', outcome: 'rejected' })
    expect(error.message).toContain('2 members')
    await world.stop(a, b)
  })
})
