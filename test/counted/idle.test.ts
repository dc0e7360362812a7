import { T, World } from '../host/world'
import { counted } from './counted'
import { Counting } from './counting'

const BEATS = 20
/** A leader is heard ten times in the least election timeout. */
const HEARTBEAT_MS = T / 10

describe('three members that have nothing to do', () => {
  it('send heartbeats and answers, write nothing, and take turns for nothing else', async () => {
    const world = new World()
    const [atA, atB, atC] = [new Counting(), new Counting(), new Counting()]
    const a = await world.start('a', counted(world, 'a', atA))
    const b = await world.join('b', [a], counted(world, 'b', atB))
    const c = await world.join('c', [a], counted(world, 'c', atC))
    await world.pass(10 * T)
    for (const counting of [atA, atB, atC]) counting.take()
    await world.pass(BEATS * HEARTBEAT_MS)
    const leader = atA.take()
    expect(leader).toMatchObject({ messages: 2 * BEATS, batches: 0, otherWrites: 0 })
    // each heartbeat, and what each follower answers
    expect(leader.turns).toBeLessThanOrEqual(3 * BEATS)
    for (const follower of [atB.take(), atC.take()]) {
      expect(follower).toMatchObject({ messages: BEATS, batches: 0, otherWrites: 0 })
      expect(follower.turns).toBeLessThanOrEqual(BEATS)
    }
    await world.stop(a, b, c)
  })
})
