import { VirtualTimeScheduler } from 'rxjs'
import { entries, entry } from '../../lib/testing/storage-kit/environment.js'
import { seededRandom } from '../../lib/testing/seeded-random.js'
import { MemoryDisk, memoryStorage } from '../../plugins/storage-memory/index.js'
import type { Observable } from 'rxjs'
import type { Storage } from '../../streams/contracts/storage.js'

let clock: VirtualTimeScheduler
let disk: MemoryDisk
let storage: Storage
beforeEach(() => {
  clock = new VirtualTimeScheduler()
  disk = new MemoryDisk()
  storage = opened()
})

const opened = (): Storage => {
  const next = memoryStorage({ disk, clock })
  expect(outcome(next.open())).toEqual(['next', 'complete'])
  return next
}

/** What an operation has told, growing as the clock goes. */
function watch(work$: Observable<unknown>): string[] {
  const told: string[] = []
  work$.subscribe({
    next: () => told.push('next'),
    complete: () => told.push('complete'),
    error: (error: { code: string }) => told.push(error.code),
  })
  return told
}

function outcome(work$: Observable<unknown>): string[] {
  const told = watch(work$)
  clock.flush()
  return told
}

const indexes = (): number[] => disk.durable().entries.map(({ index }) => index)

test('nothing ends before the clock says so', () => {
  disk.latencyMs = 5
  const began = clock.now()
  const told = watch(storage.append(entries(1, 3)))
  expect([told, indexes()]).toEqual([[], []])
  clock.flush()
  expect([told, indexes(), clock.now() - began]).toEqual([['complete'], [1, 2, 3], 5])
})

test('a crash loses what is under way, and the storage says nothing any more', () => {
  expect(outcome(storage.append(entries(1, 2)))).toEqual(['complete'])
  const told = [watch(storage.append(entries(3, 6))), watch(storage.read(1, 2, 1000))]
  disk.crash()
  told.push(watch(storage.saveTermAndVote({ term: 4, vote: undefined })), watch(storage.open()), watch(storage.close()))
  const next = opened()
  clock.flush()
  expect(told).toEqual([[], [], [], [], []])
  expect(indexes()).toEqual([1, 2])
  expect(disk.durable().termAndVote.term).toBe(0)
  expect(outcome(next.append([entry(3)]))).toEqual(['complete'])
})

test.each([
  ['lost', []],
  ['whole', [1, 2, 3, 4]],
  [{ part: 0.5 }, [1, 2]],
] as const)('a crash leaves of a batch what it is told: %j', (torn, left) => {
  watch(storage.append(entries(1, 4)))
  disk.crash(torn)
  opened()
  expect(indexes()).toEqual(left)
})

test('what a crash leaves, and latencies, are drawn alike from the same seed', () => {
  const run = (seed: number): unknown[] => {
    disk = new MemoryDisk({ random: seededRandom(seed) })
    disk.latencyMs = [1, 10]
    const seen: unknown[] = []
    for (let round = 0; round < 20; round++) {
      const next = opened()
      const { last } = disk.durable()
      watch(next.append(entries(last.index + 1, last.index + 8)))
      disk.crash()
      seen.push(clock.now(), indexes().length)
    }
    return seen
  }
  const [first, second, other] = [1, 1, 2].map(seed => {
    clock = new VirtualTimeScheduler()
    return run(seed)
  })
  expect(first).toEqual(second)
  expect(first).not.toEqual(other)
})

test('a write that fails poisons the storage until it is opened again', () => {
  disk.failNextWrite()
  expect(outcome(storage.append(entries(1, 2)))).toEqual(['KAYAK_STORAGE_FAILED'])
  expect(outcome(storage.append(entries(1, 2)))).toEqual(['KAYAK_STORAGE_FAILED'])
  expect(outcome(storage.read(1, 1, 1))).toEqual(['KAYAK_STORAGE_FAILED'])
  expect(outcome(storage.close())).toEqual(['complete'])
  expect(outcome(opened().append(entries(1, 2)))).toEqual(['complete'])
})

test('a write and a read that hang end when the disk works again, unless it crashes before', () => {
  disk.writes = 'hang'
  const told = watch(storage.append(entries(1, 2)))
  clock.flush()
  expect(told).toEqual([])
  disk.writes = 'work'
  clock.flush()
  expect(told).toEqual(['complete'])
  disk.reads = 'hang'
  const read = watch(storage.read(1, 2, 1000))
  clock.flush()
  disk.crash()
  disk.reads = 'work'
  clock.flush()
  expect(read).toEqual([])
})

test('reads fail as they are told, and do no harm', () => {
  disk.reads = 'fail'
  expect(outcome(storage.read(1, 1, 1))).toEqual(['KAYAK_STORAGE_FAILED'])
  disk.reads = 'work'
  expect(outcome(storage.append(entries(1, 1)))).toEqual(['complete'])
  expect(outcome(storage.read(1, 1, 1))).toEqual(['next', 'complete'])
})

test('a write that fails leaves what a crash would: nothing, a part, or all', () => {
  const left = new Set<number>()
  for (let seed = 1; seed <= 50; seed++) {
    disk = new MemoryDisk({ random: seededRandom(seed) })
    storage = opened()
    disk.failNextWrite()
    expect(outcome(storage.append(entries(1, 4)))).toEqual(['KAYAK_STORAGE_FAILED'])
    left.add(indexes().length)
  }
  expect([...left].sort()).toEqual([0, 1, 2, 3, 4])
})
