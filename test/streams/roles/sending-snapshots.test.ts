import { encodeSteps } from '../../../streams/contracts/change-codec'
import { of } from 'rxjs'
import { lowerLimits } from '../../../lib/testing/cluster'
import { cutBehind } from '../../../streams/replica/cut'
import { Bench, HEARTBEAT, T, type Said } from './bench'
import { batchesTo, refusal } from './leading'
import { compactedDisk, idOf } from './logs'

const SIZE = 100
let bench: Bench
let restore: () => void = () => undefined
beforeEach(() => (restore = lowerLimits({ snapshotChunkBytes: 40, tailEntries: 0 })))
afterEach(() => {
  restore()
  bench.stop()
})

/** Leads in term 2 with a snapshot at 4 and entries 5 and 6 behind it, and 7 of its own; `c` has all, `b` nothing. */
function leading(): Bench {
  bench = new Bench({ disk: compactedDisk(4, 6, SIZE) }).elect().pass(1)
  bench.acknowledge('c', { term: 2, match: 7 }).pass(1)
  return bench.hear('b', refusal(2, 6, 0, 0)).pass(0)
}

interface Reply {
  readonly offset: number
  readonly installed?: boolean
  readonly index?: number
  readonly incarnation?: number
  readonly from?: string
}
const reply = ({ from = 'b', offset, installed = false, index = 4, incarnation = 1 }: Reply): Bench =>
  bench.hear(from, { type: 'snapshot-reply', term: 2, incarnation, index, offset, installed }).pass(0)

const chunks = (said = bench.said()): readonly Said[] => said.filter(({ type }) => type === 'install-snapshot')
/** The offsets of the chunks that were sent to `b` since the last look. */
const offsets = (): unknown[] => chunks().map(({ to, offset }) => [to, offset])

describe('a leader with a member that lacks what is compacted', () => {
  it('sends it the snapshot, each chunk once the one before has arrived, and goes on behind it', () => {
    leading()
    const [first, ...more] = chunks()
    expect(more).toEqual([])
    const { meta, bytes } = bench.disk.snapshots[0] ?? { meta: undefined, bytes: new Uint8Array() }
    expect(first).toMatchObject({ to: 'b', term: 2, incarnation: 1, index: 4, snapshotTerm: 1, bytes: SIZE, offset: 0 })
    expect(first).toMatchObject({
      checksum: meta?.checksum,
      sessionBytes: meta?.sessionBytes,
      data: bytes.slice(0, 40),
    })
    const [second] = chunks(reply({ offset: 40 }).said())
    expect(second).toMatchObject({ to: 'b', offset: 40, data: bytes.slice(40, 80) })
    const [third] = chunks(reply({ offset: 80 }).said())
    expect(third).toMatchObject({ to: 'b', offset: 80, data: bytes.slice(80) })
    const after = reply({ offset: SIZE, installed: true }).said()
    expect([chunks(after), batchesTo('b', after)]).toEqual([[], [[5, 6]]])
  })

  it('does so for one that has nothing at all, to spare it the history', () => {
    bench = new Bench({ disk: compactedDisk(4, 6, SIZE) }).elect().pass(1)
    expect(bench.hear('b', refusal(2, 6, 0, 0)).said('install-snapshot')).toHaveLength(1)
  })

  it('sends entries to one that needs none of what is gone', () => {
    bench = new Bench({ disk: compactedDisk(4, 6, SIZE) }).elect().pass(1)
    const said = bench
      .hear('b', refusal(2, 6, 4, 1))
      .pass(0)
      .said()
    expect([chunks(said), batchesTo('b', said)]).toEqual([[], [[5, 6]]])
  })

  it('sends a chunk again that is not acknowledged for a timeout', () => {
    leading()
    expect(offsets()).toEqual([['b', 0]])
    bench.pass(T - 20).acknowledge('c', { term: 2, match: 7 })
    expect(offsets()).toEqual([])
    bench.pass(40).acknowledge('c', { term: 2, match: 7 })
    expect(offsets()).toEqual([['b', 0]])
    // the same answer twice asks for nothing twice
    reply({ offset: 40 })
    reply({ offset: 40 })
    expect(offsets()).toEqual([['b', 40]])
  })

  it('goes to where it is asked to, also back to the beginning', () => {
    leading()
    reply({ offset: 40 })
    reply({ offset: 0 })
    expect(offsets()).toEqual([['b', 0], ['b', 40], ['b', 0]]) // prettier-ignore
  })

  it('believes no answer of another member, another snapshot or an earlier incarnation', () => {
    leading()
    bench.said()
    reply({ offset: 40, from: 'c' })
    reply({ offset: 40, index: 3 })
    reply({ offset: 40, incarnation: 9 })
    expect(offsets()).toEqual([])
    expect(reply({ offset: 40 }).said('install-snapshot')).toHaveLength(1)
  })

  it('sends it nothing but heartbeats meanwhile, and others what they need', () => {
    leading()
    bench.said()
    const nothing = { done: (): void => undefined, failed: (): void => undefined }
    bench.member.waiting.append('0123456789abcdef0123', 1, new Uint8Array(1), 10_000, nothing)
    const said = bench.pass(9).acknowledge('c', { term: 2, match: 8 }).pass(9).said()
    expect([batchesTo('b', said), batchesTo('c', said), chunks(said)]).toEqual([[], [[8]], []])
    expect(said.filter(({ to, type }) => to === 'b' && type === 'append-entries').length).toBeGreaterThan(0)
    expect(bench.replica.commit).toBe(8)
  })
})

describe('what a leader keeps while a snapshot is on its way', () => {
  it('is what follows it, until the member has come as far as a newer one: else it would never catch up', () => {
    leading()
    const { replica } = bench
    expect([...replica.pins]).toMatchObject([[idOf('b'), { index: 4 }]])
    bench.member.compact(7, () => of([])).subscribe()
    bench.pass(0)
    expect([replica.snapshot?.index, replica.parts.log.shape.base.index]).toEqual([7, 4])
    expect(bench.disk.snapshots.map(({ meta }) => meta.index)).toEqual([4, 7])
    bench.said()
    const after = reply({ offset: SIZE, installed: true }).said()
    expect([chunks(after), batchesTo('b', after)]).toEqual([[], [[5, 6]]])
    expect(batchesTo('b', bench.acknowledge('b', { term: 2, match: 6 }).pass(0).said())).toEqual([[7]])
    expect([replica.pins.size, replica.parts.log.shape.base.index]).toEqual([1, 4])
    bench.acknowledge('b', { term: 2, match: 7 }).pass(0)
    expect([replica.pins.size, replica.parts.log.shape.base.index]).toEqual([0, 7])
    expect(bench.disk.snapshots.map(({ meta }) => meta.index)).toEqual([7])
  })

  it('is bounded: one that is too slow for that is sent the newer one', () => {
    leading()
    bench.member.compact(7, () => of([])).subscribe()
    bench.pass(0)
    reply({ offset: SIZE, installed: true })
    bench.said()
    const lowered = lowerLimits({ pinnedBytes: -1 })
    cutBehind(bench.replica)
    lowered()
    bench.pass(3 * HEARTBEAT)
    expect(chunks()).toMatchObject([{ to: 'b', index: 7, offset: 0 }])
    expect([...bench.replica.pins]).toMatchObject([[idOf('b'), { index: 7 }]])
  })

  it('is let go at once where there is no newer one, and told of', () => {
    leading()
    const events: unknown[] = []
    bench.replica.events$.subscribe(event => events.push(event))
    reply({ offset: SIZE, installed: true })
    expect(bench.replica.pins.size).toBe(0)
    expect(events).toMatchObject([{ type: 'snapshot-sent', to: idOf('b'), index: 4, bytes: SIZE }])
  })

  it('is given up with a member that is removed meanwhile', () => {
    leading()
    bench
      .hear('c', { type: 'change-roster', id: 'r-1', steps: encodeSteps([{ type: 'remove', id: idOf('b') }]) })
      .pass(0)
    bench.acknowledge('c', { term: 2, match: 8 }).pass(0)
    bench.said()
    expect([...bench.replica.pins]).toEqual([])
    bench
      .pass(3)
      .acknowledge('c', { term: 2, match: 8 })
      .pass(3 * T)
    expect(bench.said().filter(({ to }) => to === 'b')).toEqual([])
  })

  it('is given up with the leadership', () => {
    leading()
    bench.append('c', { term: 3 }).pass(1)
    bench.said()
    expect([bench.role, [...bench.replica.pins]]).toEqual(['follower', []])
    reply({ offset: 40 })
    expect(offsets()).toEqual([])
  })
})

describe('snapshots on their way', () => {
  it('take no more of the network than they may, all together', () => {
    restore()
    // a chunk every 20 ms
    restore = lowerLimits({ snapshotChunkBytes: 40, snapshotBytesPerSecond: 2000 })
    leading()
    const events: unknown[] = []
    bench.replica.events$.subscribe(event => event.type === 'over-budget' && events.push(event))
    expect(offsets()).toEqual([['b', 0]])
    expect(events).toEqual([])
    reply({ offset: 40 }).pass(19)
    expect(offsets()).toEqual([])
    // what would go within a second if it did not wait
    const pace = { budget: 'snapshot-pace', used: 2040, limit: 2000, unit: 'bytes-per-second', member: undefined }
    expect(events).toMatchObject([{ ...pace, count: 1 }])
    bench.pass(1)
    expect(offsets()).toEqual([['b', 40]])
    bench.hear('c', refusal(2, 6, 0, 0))
    reply({ offset: 80 }).pass(20)
    expect(offsets()).toEqual([['b', 80]])
  })

  it('take their turn also where they are sent again, to one that takes none', () => {
    restore()
    // half a chunk in an election timeout
    restore = lowerLimits({ snapshotChunkBytes: 40, tailEntries: 0, snapshotBytesPerSecond: (40 / 2 / T) * 1000 })
    leading()
    let sent = 0
    for (let ms = 0; ms < 20 * T; ms += HEARTBEAT) {
      bench.acknowledge('c', { term: 2, match: 7 }).acknowledge('b', { term: 2, match: 0 }).pass(HEARTBEAT)
      sent += offsets().length
    }
    expect(bench.role).toBe('leader')
    // of what was allowed, and one to begin with
    expect(sent).toBeGreaterThan(3)
    expect(sent).toBeLessThanOrEqual(11)
  })

  it('are so many at once; others wait', () => {
    restore()
    restore = lowerLimits({ snapshotChunkBytes: 40, tailEntries: 0, snapshotTransfers: 1 })
    bench = new Bench({ disk: compactedDisk(4, 6, SIZE), voters: 'abcd' }).elect().pass(1)
    const events: unknown[] = []
    bench.replica.events$.subscribe(event => event.type === 'over-budget' && events.push(event))
    for (const name of ['b', 'c']) bench.hear(name, refusal(2, 6, 0, 0)).pass(0)
    expect(offsets()).toEqual([['b', 0]])
    expect(events).toMatchObject([{ budget: 'transfers', used: 1, limit: 1, member: idOf('c') }])
    for (const offset of [40, 80]) reply({ offset })
    expect(offsets()).toEqual([
      ['b', 40],
      ['b', 80],
    ])
    reply({ offset: SIZE, installed: true })
    expect(offsets()).toEqual([['c', 0]])
  })

  it('to one that does not answer keep nobody waiting', () => {
    restore()
    restore = lowerLimits({ snapshotChunkBytes: 40, tailEntries: 0, snapshotTransfers: 1 })
    bench = new Bench({ disk: compactedDisk(4, 6, SIZE), voters: 'abcd' }).elect().pass(1)
    bench.hear('c', refusal(2, 6, 0, 0)).pass(0)
    bench.hear('b', refusal(2, 6, 0, 0)).pass(0)
    expect(offsets()).toEqual([['c', 0]])
    for (let ms = 0; ms < 2 * T; ms += HEARTBEAT) {
      expect(offsets()).not.toContainEqual(['b', 0])
      bench.pass(HEARTBEAT).acknowledge('d', { term: 2, match: 7 }).acknowledge('b', { term: 2, match: 0 })
    }
    bench.pass(1)
    expect(offsets()).toContainEqual(['b', 0])
  })

  it('to one that answers again waits for those that have taken its place', () => {
    restore()
    restore = lowerLimits({ snapshotChunkBytes: 40, tailEntries: 0, snapshotTransfers: 1 })
    bench = new Bench({ disk: compactedDisk(4, 6, SIZE), voters: 'abcd' }).elect().pass(1)
    bench.hear('c', refusal(2, 6, 0, 0)).pass(0)
    bench.hear('b', refusal(2, 6, 0, 0)).pass(0)
    for (let ms = 0; ms < 2 * T; ms += HEARTBEAT)
      bench.pass(HEARTBEAT).acknowledge('d', { term: 2, match: 7 }).acknowledge('b', { term: 2, match: 0 })
    bench.pass(1)
    expect(offsets()).toContainEqual(['b', 0])
    // what was sent to it before has arrived after all
    reply({ from: 'c', offset: 40 })
    for (const offset of [40, 80]) reply({ offset })
    for (const name of ['b', 'c', 'd']) bench.pass(HEARTBEAT).acknowledge(name, { term: 2, match: 0 })
    expect(offsets()).toEqual([
      ['b', 40],
      ['b', 80],
    ])
    reply({ offset: SIZE, installed: true })
    bench.pass(HEARTBEAT)
    expect(offsets()).toEqual([['c', 40]])
  })
})
