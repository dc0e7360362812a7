import { asyncScheduler } from 'rxjs'
import { moveStorage, type Storage } from 'kayak'
import { MemoryDisk, memoryStorage } from 'kayak/plugins/storage-memory'
import { done, draft, entries, entry, first, sameEntries } from '../../lib/testing/storage-kit/environment.js'
import { isKayakError } from '../../lib/index.js'
import type { Identity } from '../../streams/contracts/storage.js'
import { World } from './world.js'

const identity: Identity = {
  ...{ memberId: 'a1'.repeat(16), clusterId: 'b2'.repeat(16), address: '127.0.0.1:1', advertise: '127.0.0.1:1' },
  standing: 'member',
}
const CHUNKS = [Uint8Array.of(1, 2, 3), new Uint8Array(700_000).fill(7)]
const voted = { term: 7, vote: 'c3'.repeat(16) }

const storageOn = (disk: MemoryDisk): Storage => memoryStorage({ disk, clock: asyncScheduler })

/** A member with a snapshot, a log behind it of some runs of terms, and a roster in it. */
async function filled(): Promise<MemoryDisk> {
  const disk = new MemoryDisk()
  const storage = storageOn(disk)
  await first(storage.open())
  await done(storage.saveIdentity(identity))
  await done(storage.saveTermAndVote(voted))
  await done(storage.append(entries(1, 8)))
  const writer = storage.createSnapshot(draft(5))
  for (const chunk of CHUNKS) await done(writer.write(chunk))
  await first(writer.publish())
  await done(storage.compact({ index: 4, term: 1 }))
  const large = { payload: new Uint8Array(600_000).fill(9) }
  await done(storage.append([entry(9, 3, { kind: 'roster' }), entry(10, 3, large), entry(11, 3, large)]))
  await done(storage.append(entries(12, 14, 6)))
  await done(storage.close())
  return disk
}

const whole = (disk: MemoryDisk): unknown => {
  const { termAndVote, snapshots, log } = disk
  const newest = snapshots.at(-1)
  const { base, last } = log
  return { termAndVote, base, last, meta: newest?.meta, bytes: newest && Buffer.from(newest.bytes).toString('hex') }
}

const same = (to: MemoryDisk, from: MemoryDisk): void => {
  expect(whole(to)).toEqual(whole(from))
  const { base, last } = from.log
  sameEntries(to.log.read(base.index + 1, last.index, Infinity), from.log.read(base.index + 1, last.index, Infinity))
}

const codeOf = (error: unknown): string => (isKayakError(error) ? error.code : String(error))
const moving = (from: MemoryDisk, to: MemoryDisk): Promise<unknown> =>
  moveStorage(storageOn(from), storageOn(to)).catch(codeOf)

/** Of some disks, those whose member would be started. */
const starting = (...disks: readonly MemoryDisk[]): number =>
  disks.filter(disk => disk.identity?.standing === 'member').length

test('all of a member is in the other storage, and only there', async () => {
  const [from, to] = [await filled(), new MemoryDisk()]
  expect(await moving(from, to)).toEqual({ id: identity.memberId, from: 5, to: 14, snapshotIndex: 5 })
  same(to, from)
  expect([to.identity, from.identity]).toEqual([identity, { ...identity, standing: 'moved' }])
  // it has been done, and says so again
  expect(await moving(from, to)).toEqual({ id: identity.memberId, from: 5, to: 14, snapshotIndex: 5 })
  expect(await moving(from, new MemoryDisk())).toBe('KAYAK_MOVED')
})

test.each([
  ['left', 'KAYAK_LEFT'],
  ['removed', 'KAYAK_REMOVED'],
  ['founding', 'KAYAK_INVALID'],
  ['joining', 'KAYAK_INVALID'],
  ['moving', 'KAYAK_INVALID'],
] as const)('a member that is %s is not moved', async (standing, code) => {
  const [from, to] = [await filled(), new MemoryDisk()]
  from.identity = { ...identity, standing }
  expect(await moving(from, to)).toBe(code)
  expect([to.identity, from.identity.standing]).toEqual([undefined, standing])
})

test('nothing is moved over something else, or from where there is nothing', async () => {
  const [from, other] = [await filled(), await filled()]
  expect(await moving(from, other)).toBe('KAYAK_INVALID')
  other.identity = { ...identity, memberId: 'd4'.repeat(16), standing: 'moving' }
  expect(await moving(from, other)).toBe('KAYAK_INVALID')
  const unnamed = new MemoryDisk()
  unnamed.termAndVote = voted
  expect(await moving(from, unnamed)).toBe('KAYAK_INVALID')
  expect(await moving(new MemoryDisk(), new MemoryDisk())).toBe('KAYAK_INVALID')
  expect(from.identity).toEqual(identity)
})

test('a storage that is moved, or is being moved to, is not started', async () => {
  const world = new World()
  const [a, b] = await world.pair()
  await world.stop(b)
  const disk = world.disk('b')
  const known = disk.identity
  for (const standing of ['moved', 'moving'] as const) {
    if (known !== undefined) disk.identity = { ...known, standing }
    for (const opening of [() => world.start('b'), () => world.join('b', [a])])
      expect(await world.fails(opening())).toMatchObject({ code: 'KAYAK_MOVED' })
  }
  await world.stop(a)
  expect(await world.leftovers()).toBe(0)
})

test('what has not arrived as it was is refused, and the old one stays', async () => {
  const [from, to] = [await filled(), new MemoryDisk()]
  const lossy: Storage = storageOn(to)
  const append = lossy.append.bind(lossy)
  lossy.append = batch => append(batch.map(one => (one.index === 13 ? { ...one, time: one.time + 1 } : one)))
  await expect(moveStorage(storageOn(from), lossy)).rejects.toMatchObject({ code: 'KAYAK_CORRUPT', file: 'log' })
  expect([starting(from, to), from.identity]).toEqual([1, identity])
  await moving(from, to)
  same(to, from)
})

test('a process that dies at any call leaves at most one that starts, and another goes on from there', async () => {
  const calls = { from: 0, to: 0 }
  {
    const disks = { from: await filled(), to: new MemoryDisk() }
    const before = disks.from.calls.count
    await moving(disks.from, disks.to)
    calls.from = disks.from.calls.count - before
    calls.to = disks.to.calls.count
  }
  const none: string[] = []
  for (const side of ['from', 'to'] as const)
    for (let call = 1; call <= calls[side]; call++)
      for (const when of ['before', { torn: 0.5 }, 'after'] as const) {
        const disks = { from: await filled(), to: new MemoryDisk() }
        const count = disks[side].calls.count + call
        await new Promise<void>(resolve => {
          disks[side].crashAt({ call: count, when }, () => {
            disks.from.crash('lost')
            disks.to.crash('lost')
            resolve()
          })
          void moving(disks.from, disks.to).then(() => resolve())
        })
        const left = starting(disks.from, disks.to)
        expect([side, call, left]).toEqual([side, call, Math.min(left, 1)])
        if (left === 0) none.push(`${side} ${call}`)
        // where the old one still starts, it may have gone on before it is moved again
        if (disks.from.identity?.standing === 'member') {
          const storage = storageOn(disks.from)
          await first(storage.open())
          await done(storage.saveTermAndVote({ term: 9, vote: undefined }))
          await done(storage.truncate(13))
          await done(storage.append(entries(13, 16, 8)))
          await done(storage.compact({ index: 5, term: 1 }))
          await done(storage.close())
        }
        await moving(disks.from, disks.to)
        expect([disks.from.identity?.standing, disks.to.identity?.standing]).toEqual(['moved', 'member'])
        same(disks.to, disks.from)
      }
  // once the old one is marked, until the new one is
  expect(new Set(none).size).toBeGreaterThan(0)
  expect(new Set(none).size).toBeLessThan(4)
}, 120_000)

test('what has moved on from there, or has left, is not begun again from where it was before', async () => {
  const [a, b, c] = [await filled(), new MemoryDisk(), new MemoryDisk()]
  await moving(a, b)
  await moving(b, c)
  expect(await moving(a, b)).toBe('KAYAK_MOVED')
  expect([starting(a, b, c), c.identity?.standing]).toEqual([1, 'member'])
  for (const [standing, code] of [
    ['left', 'KAYAK_LEFT'],
    ['removed', 'KAYAK_REMOVED'],
  ] as const) {
    const [from, to] = [await filled(), new MemoryDisk()]
    await moving(from, to)
    const storage = storageOn(to)
    await first(storage.open())
    await done(storage.saveIdentity({ ...identity, standing }))
    await done(storage.close())
    expect(await moving(from, to)).toBe(code)
    expect(to.identity?.standing).toBe(standing)
  }
})

test('a member that has not arrived as who it was is refused', async () => {
  const [from, to] = [await filled(), new MemoryDisk()]
  const forgetful: Storage = storageOn(to)
  const save = forgetful.saveIdentity.bind(forgetful)
  forgetful.saveIdentity = identity => save({ ...identity, advertise: '127.0.0.1:2' })
  const moving = moveStorage(storageOn(from), forgetful)
  await expect(moving).rejects.toMatchObject({ code: 'KAYAK_CORRUPT', file: 'identity' })
  expect(from.identity?.standing).toBe('member')
})
