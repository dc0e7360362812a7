import { grown, HEARTBEAT_MS } from './counted'

const BEATS = 20

describe('three members that have nothing to do', () => {
  it('send heartbeats and answers, write nothing, and take turns for nothing else', async () => {
    const { world, hosts, leader, followers } = await grown()
    await world.pass(BEATS * HEARTBEAT_MS)
    const done = leader.take()
    expect(done).toMatchObject({ messages: 2 * BEATS, batches: 0, otherWrites: 0 })
    // each heartbeat, and what each follower answers
    expect(done.turns).toBeLessThanOrEqual(3 * BEATS)
    for (const follower of followers.map(counting => counting.take())) {
      expect(follower).toMatchObject({ messages: BEATS, batches: 0, otherWrites: 0 })
      expect(follower.turns).toBeLessThanOrEqual(BEATS)
    }
    await world.stop(...hosts)
  })
})
