import type { Host } from 'kayak'
import { isSent } from '../../lib/testing/simulation/nemesis/at-next'
import { encodeSteps } from '../../streams/contracts/change-codec.js'
import { ChangeRoster, message } from '../../streams/contracts/messages/index.js'
import { record, T, World } from './world.js'

/** Every change that somebody asks another for, from now on. */
function asked(world: World): () => readonly ChangeRoster[] {
  const is = isSent('change-roster', () => true)
  const seen = record(world.network.traffic$)
  return () => seen.values.filter(is).map(traffic => traffic.message)
}

const voters = ({ roster }: Host): number => roster.voters.length

describe('a change of the roster that arrives once more', () => {
  it('long after it was done, is not made again', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const changes = asked(world)
    await world.run(b.changeRoster([{ type: 'demote', id: c.self.id }]))
    await world.run(b.promote(c.self.id))
    for (const demotion of changes().slice(0, 1)) world.network.inject(b.self, a.self.address, demotion)
    await world.pass(3 * T)
    expect(voters(a)).toBe(3)
    await world.stop(a, b, c)
  })

  it('after it was refused, is not made', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const c = await world.join('c', [a], { asLearner: true })
    await world.stop(c)
    await world.run(a.log.append('y'))
    await world.pass(2 * T)
    const changes = asked(world)
    const error = await world.fails(b.promote(c.self.id))
    expect(error).toMatchObject({ code: 'KAYAK_NOT_CAUGHT_UP' })
    const again = await world.start('c')
    await world.until(() => again.log.committed === a.log.committed)
    for (const promotion of changes()) world.network.inject(b.self, a.self.address, promotion)
    await world.pass(3 * T)
    expect(voters(a)).toBe(2)
    await world.stop(a, b, again)
  })

  it('after it was declined by one who leads by then, is not made', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const steps = encodeSteps([{ type: 'demote', id: c.self.id }])
    const late = message(ChangeRoster, { id: 'somebody-1', steps })
    // declined: b doesn't lead
    world.network.inject(c.self, b.self.address, late)
    await world.breathe()
    await world.run(a.transferLeadership(b.self.id))
    world.network.inject(c.self, b.self.address, late)
    await world.pass(3 * T)
    expect([b.role, voters(b)]).toEqual(['leader', 3])
    await world.stop(a, b, c)
  })
})
