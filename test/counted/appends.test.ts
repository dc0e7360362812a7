import { ENTRY_HEADER_BYTES } from '../../streams/rules/entry'
import { appendAll, BYTES } from './callers'
import { grown, HEARTBEAT_MS } from './counted'
import type { Counts } from './counting'

const APPENDS = 1000
/** A byte that tells strings from bytes, and what an entry says beside its payload. */
const ENTRY_BYTES = BYTES + 1 + ENTRY_HEADER_BYTES

interface Work {
  readonly leader: Counts
  readonly followers: readonly Counts[]
  /** How often the leader was to be heard meanwhile. */
  readonly heartbeats: number
}

/** What three members do for a thousand appends at the leader. */
async function work(inFlight: number): Promise<Work> {
  const { world, hosts, leader, followers } = await grown()
  const begun = world.clock.now()
  await world.run(appendAll(hosts[0], APPENDS, inFlight))
  const heartbeats = Math.ceil((world.clock.now() - begun) / HEARTBEAT_MS)
  // what has been sent is answered, and no heartbeat is due yet
  await world.pass(1)
  const done = { leader: leader.take(), followers: followers.map(counting => counting.take()), heartbeats }
  await world.stop(...hosts)
  return done
}

describe('a thousand appends of 1 KiB, one after another,', () => {
  let done: Work
  beforeAll(async () => (done = await work(1)))

  it('are a write each on each disk, of nothing but the entry', () => {
    for (const { batches, otherWrites, bytesWritten } of [done.leader, ...done.followers])
      expect({ batches, otherWrites, bytesWritten }).toEqual({
        ...{ batches: APPENDS, otherWrites: 0 },
        bytesWritten: APPENDS * ENTRY_BYTES,
      })
  })

  it('are a message each to each follower, with which goes what committed before, and its answer', () => {
    expect(done.leader.messages).toBeLessThanOrEqual(2 * (APPENDS + done.heartbeats))
    for (const { messages } of done.followers) expect(messages).toBeLessThanOrEqual(APPENDS + done.heartbeats)
  })

  it('are sent to each follower once, in frames that take little more', () => {
    expect(done.leader.bytesSent).toBeLessThanOrEqual(2 * APPENDS * (ENTRY_BYTES + 160))
    for (const { bytesSent } of done.followers) expect(bytesSent).toBeLessThanOrEqual(APPENDS * 165)
  })

  it('arm a timer each at the leader, and none at a follower', () => {
    // when followers hear of the commit for want of a next one
    expect(done.leader.timers).toBeLessThanOrEqual(APPENDS + 2 * done.heartbeats)
    for (const { timers } of done.followers) expect(timers).toBeLessThanOrEqual(2 * done.heartbeats)
  })
})

describe('a thousand appends of 1 KiB, 256 of them in flight,', () => {
  /** A batch takes in all that waits. */
  const BATCHES = Math.ceil(APPENDS / 256)
  let done: Work
  beforeAll(async () => (done = await work(256)))

  it('are a write for all that waited, on each disk', () => {
    for (const { batches, otherWrites, bytesWritten } of [done.leader, ...done.followers])
      expect({ batches, otherWrites, bytesWritten }).toEqual({
        ...{ batches: BATCHES, otherWrites: 0 },
        bytesWritten: APPENDS * ENTRY_BYTES,
      })
  })

  it('are a few messages, since entries share one until it is full', () => {
    // 512 KiB hold more than are in flight
    expect(done.leader.messages).toBeLessThanOrEqual(2 * (BATCHES + done.heartbeats))
    for (const { messages } of done.followers) expect(messages).toBeLessThanOrEqual(BATCHES + done.heartbeats)
  })

  it('are sent to each follower once, and hardly anything beside', () => {
    expect(done.leader.bytesSent).toBeLessThanOrEqual(2 * APPENDS * (ENTRY_BYTES + 2))
    for (const { bytesSent } of done.followers) expect(bytesSent).toBeLessThanOrEqual(APPENDS)
  })

  it('arm no more timers than as many appends as there are batches', () => {
    expect(done.leader.timers).toBeLessThanOrEqual(BATCHES + 2 * done.heartbeats)
    for (const { timers } of done.followers) expect(timers).toBeLessThanOrEqual(2 * done.heartbeats)
  })
})
