import { VirtualTimeScheduler, type Observable } from 'rxjs'
import { draft, entries } from '../../lib/testing/storage-kit/environment.js'
import { MemoryDisk, memoryStorage, type Moment, type StorageCall } from '../../plugins/storage-memory/index.js'
import type { SnapshotWriter, Storage } from '../../streams/contracts/storage.js'

let clock: VirtualTimeScheduler
let disk: MemoryDisk
let storage: Storage
let writer: SnapshotWriter
let calls: StorageCall[]
beforeEach(() => {
  clock = new VirtualTimeScheduler()
  disk = new MemoryDisk()
  disk.latencyMs = 5
  calls = []
  disk.calls.begun$.subscribe(call => calls.push(call))
  storage = memoryStorage({ disk, clock })
  expect(outcome(storage.open())).toEqual(['next', 'complete'])
  for (const work$ of [storage.append(entries(1, 2)), snapshot(1)]) outcome(work$)
  writer = storage.createSnapshot(draft(2))
  outcome(writer.write(Uint8Array.of(7)))
})

const snapshot = (index: number): Observable<unknown> => {
  const written = storage.createSnapshot(draft(index))
  outcome(written.write(Uint8Array.of(index)))
  return written.publish()
}

function outcome(work$: Observable<unknown>): string[] {
  const told: string[] = []
  work$.subscribe({
    next: () => told.push('next'),
    complete: () => told.push('complete'),
    error: (error: { code: string; file?: string }) =>
      told.push(error.file === undefined ? error.code : `${error.code} ${error.file}`),
  })
  clock.flush()
  return told
}

const reopened = (): string[] => {
  disk.crash()
  storage = memoryStorage({ disk, clock })
  return outcome(storage.open())
}

const voted = { term: 3, vote: 'a'.repeat(32) }
const identity = {
  ...{ memberId: 'b'.repeat(32), clusterId: undefined, address: 'a:1', advertise: 'a:1' },
  standing: 'joining' as const,
}

/** Each call, the parts that it has, and what is on the disk once it is whole. */
const CALLS: readonly [kind: string, parts: number, call: () => Observable<unknown>, there: () => boolean][] = [
  ['save-identity', 1, () => storage.saveIdentity(identity), () => disk.identity === identity],
  ['save-term-and-vote', 1, () => storage.saveTermAndVote(voted), () => disk.termAndVote === voted],
  ['append', 4, () => storage.append(entries(3, 6)), () => disk.log.last.index === 6],
  ['truncate', 1, () => storage.truncate(2), () => disk.log.last.index === 1],
  ['compact', 1, () => storage.compact({ index: 1, term: 1 }), () => disk.log.base.index === 1],
  ['publish-snapshot', 1, () => writer.publish(), () => disk.snapshots.length === 2],
]
const UNSEEN: readonly [kind: string, call: () => Observable<unknown>][] = [
  ['read', () => storage.read(1, 2, 1000)],
  ['read-snapshot', () => storage.readSnapshot(1, 0, 9)],
  ['write-snapshot', () => writer.write(Uint8Array.of(8))],
  ['discard-snapshot', () => writer.discard()],
  ['drop-snapshots', () => storage.dropSnapshots([])],
  ['close', () => storage.close()],
]

/** Crashes at a moment of the call, and tells what was heard of it. */
function crashAt(when: Moment, call: () => Observable<unknown>): { heard: string[]; crashes: number } {
  let crashes = 0
  disk.crashAt({ call: disk.calls.count + 1, when }, () => {
    crashes++
    disk.crash()
  })
  return { heard: outcome(call()), crashes }
}

test.each(CALLS)('a crash at %s leaves nothing of it, or all', (kind, parts, call, there) => {
  expect(crashAt('before', call)).toEqual({ heard: [], crashes: 1 })
  expect(calls.at(-1)).toEqual({ number: disk.calls.count, kind, parts })
  expect([there(), reopened()]).toEqual([false, ['next', 'complete']])
  writer = storage.createSnapshot(draft(2))
  expect(crashAt('after', call)).toEqual({ heard: [], crashes: 1 })
  expect([there(), reopened()]).toEqual([true, ['next', 'complete']])
})

test.each(CALLS.filter(([, parts]) => parts === 1))('%s is not torn', (_, _parts, call, there) => {
  expect(crashAt({ torn: 0.9 }, call)).toEqual({ heard: [], crashes: 1 })
  expect([there(), reopened()]).toEqual([false, ['next', 'complete']])
})

test.each([0, 1, 2, 3])('a batch of four is torn after %p', kept => {
  crashAt({ torn: (kept + 0.5) / 4 }, () => storage.append(entries(3, 6)))
  expect(disk.log.last.index).toBe(2 + kept)
})

test.each(UNSEEN)('nobody hears of a %s after a crash at it', (kind, call) => {
  for (const when of ['before', 'after', { torn: 0.5 }] as const) {
    expect(crashAt(when, call)).toEqual({ heard: [], crashes: 1 })
    expect(calls.at(-1)?.kind).toBe(kind)
    expect(reopened()).toEqual(['next', 'complete'])
    writer = storage.createSnapshot(draft(2))
  }
})

test('an opening can crash too', () => {
  disk.crash()
  for (const when of ['before', 'after'] as const) {
    storage = memoryStorage({ disk, clock })
    expect(crashAt(when, () => storage.open())).toEqual({ heard: [], crashes: 1 })
    expect(calls.at(-1)?.kind).toBe('open')
  }
  expect(reopened()).toEqual(['next', 'complete'])
})

test('a crash before a call takes what else is under way, and comes when its caller has ended its turn', () => {
  const events: string[] = []
  disk.crashAt({ call: disk.calls.count + 2, when: 'before' }, () => {
    events.push('crash')
    disk.crash('lost')
  })
  storage.append(entries(3, 3)).subscribe({ complete: () => events.push('appended') })
  storage.read(1, 1, 1).subscribe({ complete: () => events.push('read') })
  events.push('turn')
  clock.flush()
  expect([events, disk.log.last.index]).toEqual([['turn', 'crash'], 2])
})

test('a crash comes once, can be called off, and not at a call that has begun', () => {
  const crash = jest.fn(() => disk.crash())
  const off = disk.crashAt({ call: disk.calls.count + 1, when: 'before' }, crash)
  off()
  expect(outcome(storage.append(entries(3, 3)))).toEqual(['complete'])
  disk.crashAt({ call: disk.calls.count + 1, when: 'before' }, crash)
  disk.crashAt({ call: disk.calls.count + 2, when: 'before' }, crash)
  off()
  expect(outcome(storage.append(entries(4, 4)))).toEqual(['complete'])
  expect(outcome(storage.append(entries(5, 5)))).toEqual([])
  expect(reopened()).toEqual(['next', 'complete'])
  expect(outcome(storage.append(entries(5, 5)))).toEqual(['complete'])
  expect(crash).toHaveBeenCalledTimes(1)
  expect(() => disk.crashAt({ call: disk.calls.count, when: 'after' }, crash)).toThrow(RangeError)
})

test('what is refused, or said to a dead storage, is no call', () => {
  const { count } = disk.calls
  outcome(storage.append(entries(9, 9)))
  const dead = storage
  reopened()
  outcome(dead.append(entries(3, 3)))
  expect(disk.calls.count).toBe(count + 1)
})

describe('damage', () => {
  test.each([
    ['identity', undefined, 'state'],
    ['term-and-vote', undefined, 'state'],
    ['log', 1, 'log'],
    ['log', undefined, 'log'],
    ['snapshot', undefined, 'snapshot-1'],
  ] as const)('of %s %p makes every opening refuse', (what, index, file) => {
    outcome(storage.saveIdentity(identity))
    expect(disk.isDamaged).toBe(false)
    disk.damage(what, index)
    expect(disk.isDamaged).toBe(true)
    expect(reopened()).toEqual([`KAYAK_CORRUPT ${file}`])
    expect(reopened()).toEqual([`KAYAK_CORRUPT ${file}`])
  })

  test('is found by a read that comes to it, and by no other', () => {
    disk.damage('log', 2)
    expect(outcome(storage.read(1, 1, 1000))).toEqual(['next', 'complete'])
    expect(outcome(storage.read(1, 2, 1000))).toEqual(['KAYAK_CORRUPT log'])
    disk.damage('snapshot')
    expect(outcome(storage.readSnapshot(1, 0, 9))).toEqual(['KAYAK_CORRUPT snapshot-1'])
    expect(outcome(storage.append(entries(3, 3)))).toEqual(['complete'])
  })

  test('goes with what it has hit', () => {
    disk.damage('log')
    outcome(storage.truncate(2))
    outcome(storage.append(entries(2, 2, 4)))
    disk.damage('snapshot')
    outcome(writer.publish())
    expect(reopened()).toEqual(['next', 'complete'])
    disk.damage('term-and-vote')
    outcome(storage.saveTermAndVote(voted))
    outcome(storage.dropSnapshots([]))
    expect([reopened(), disk.isDamaged]).toEqual([['next', 'complete'], false])
  })

  test('of what is not there is a mistake', () => {
    for (const [what, index] of [['log', 9] as const, ['snapshot', 9] as const, ['identity'] as const])
      expect(() => disk.damage(what, index)).toThrow(RangeError)
  })
})
