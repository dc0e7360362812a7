import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { done, entry, first, sameEntries } from '../../lib/testing/storage-kit/environment.js'
import { nodeFiles, segmentStorage, type FileLayer } from '../../plugins/storage-segments/index.js'
import type { LogEntry } from '../../streams/rules/entry.js'

const KiB = 1024
const MiB = 1024 * KiB

let dataDir: string
beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'kayak-work-')), 'data')
})
afterEach(() => rm(join(dataDir, '..'), { recursive: true }))

interface Operation {
  readonly name: string
  readonly file: string
  readonly bytes: number
}

/** The real layer, with all that is done to files written down. */
function counting(seen: Operation[]): FileLayer {
  const note = (name: string, path: string, bytes = 0): void => void seen.push({ name, file: basename(path), bytes })
  return {
    ...nodeFiles,
    open: async (path, how) => {
      note('open', path)
      const file = await nodeFiles.open(path, how)
      return {
        append: bytes => (note('append', path, bytes.byteLength), file.append(bytes)),
        read: (offset, size) => (note('read', path, size), file.read(offset, size)),
        size: () => file.size(),
        sync: () => (note('sync', path), file.sync()),
        close: () => file.close(),
      }
    },
    openPlaced: async path => {
      note('openPlaced', path)
      const file = await nodeFiles.openPlaced(path)
      return {
        write: (bytes, offset) => (note('write', path, bytes.byteLength), file.write(bytes, offset)),
        read: (offset, size) => (note('read', path, size), file.read(offset, size)),
        size: () => file.size(),
        close: () => file.close(),
      }
    },
    rename: (from, to) => (note('rename', to), nodeFiles.rename(from, to)),
    syncFolder: path => (note('syncFolder', path), nodeFiles.syncFolder(path)),
    remove: path => (note('remove', path), nodeFiles.remove(path)),
  }
}

const batch = (from: number, count: number, bytes: number): LogEntry[] =>
  Array.from({ length: count }, (_, at) => entry(from + at, 1, { payload: new Uint8Array(bytes).fill(from + at) }))

test.each([1, 10, 1000])('an append of %p entries is one durable write and nothing else', async count => {
  const seen: Operation[] = []
  const storage = segmentStorage({ dataDir, files: counting(seen), segmentBytes: 4 * MiB, spareSegments: 0 })
  await first(storage.open())
  // takes the first segment into use
  await done(storage.append(batch(1, 1, 10)))
  seen.length = 0
  for (let round = 0; round < 10; round++) await done(storage.append(batch(2 + round * count, count, 100)))
  expect(seen.map(({ name }) => name)).toEqual(Array.from({ length: 10 }, () => 'write'))
  const bytes = seen.reduce((sum, write) => sum + write.bytes, 0)
  // a header of 48 bytes an entry, one of 32 for each 64 KiB or write, and what aligns it
  expect(bytes).toBeLessThanOrEqual(10 * (count * 148 + (1 + (count * 148) / (60 * KiB)) * 39))
  await done(storage.close())
})

test('the next segment is begun by the write that needs it, where one waits', async () => {
  const seen: Operation[] = []
  const storage = segmentStorage({ dataDir, files: counting(seen), segmentBytes: 64 * KiB, spareSegments: 4 })
  await first(storage.open())
  for (let index = 1; index <= 100; index++) {
    await done(storage.append(batch(index, 1, 10_000)))
    if (index % 20 === 0) await done(storage.compact({ index: index - 1, term: 1 }))
  }
  await done(storage.close())
  const writes = seen.filter(({ name, file, bytes }) => name === 'write' && file.endsWith('.seg') && bytes !== 4 * KiB)
  // an append each, and a compaction
  expect(writes).toHaveLength(105)
  // files that were used before are used again: fewer are made than are filled
  const made = seen.filter(({ name }) => name === 'append').reduce((sum, { bytes }) => sum + bytes, 0) / (64 * KiB)
  const used = new Set(writes.map(({ file }) => file)).size
  expect(used).toBeGreaterThan(15)
  expect(made).toBeLessThanOrEqual(8)
})

test('term and vote are one durable write', async () => {
  const seen: Operation[] = []
  const storage = segmentStorage({ dataDir, files: counting(seen), segmentBytes: 64 * KiB, spareSegments: 0 })
  await first(storage.open())
  seen.length = 0
  await done(storage.saveTermAndVote({ term: 1, vote: 'a'.repeat(32) }))
  expect(seen).toEqual([{ name: 'write', file: 'state.kayak', bytes: 8 * KiB }])
  await done(storage.close())
})

test('a log is opened and read some hundred KiB at a time, however long it is', async () => {
  const seen: Operation[] = []
  const options = { dataDir, segmentBytes: 4 * MiB, spareSegments: 1 }
  const storage = segmentStorage({ ...options, files: counting(seen) })
  await first(storage.open())
  const [batches, count] = [24, 1000]
  for (let at = 0; at < batches; at++) await done(storage.append(batch(1 + at * count, count, KiB)))
  await done(storage.close())
  seen.length = 0
  const { last } = await first(storage.open())
  expect(last.index).toBe(batches * count)
  const total = seen.reduce((sum, { bytes }) => sum + bytes, 0)
  expect(total).toBeGreaterThan(24 * MiB)
  expect(Math.max(...seen.map(({ bytes }) => bytes))).toBeLessThanOrEqual(512 * KiB)
  seen.length = 0
  for (let from = 1; from <= last.index;) {
    const read = await first(storage.read(from, last.index, MiB))
    sameEntries(read.slice(0, 2), batch(from, 2, KiB))
    from += read.length
  }
  expect(Math.max(...seen.map(({ bytes }) => bytes))).toBeLessThanOrEqual(256 * KiB)
  seen.length = 0
  // one entry costs a record, wherever it is
  for (const index of [1, 777, 12_345, last.index])
    sameEntries(await first(storage.read(index, index, 1)), batch(index, 1, KiB))
  expect(seen.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(8 * 140 * KiB)
  await done(storage.close())
})

test('what is read keeps no more in memory than its record', async () => {
  const storage = segmentStorage({ dataDir, segmentBytes: MiB, spareSegments: 0 })
  await first(storage.open())
  await done(storage.append(batch(1, 500, KiB)))
  for (const { payload } of await first(storage.read(100, 300, Infinity)))
    expect(payload.buffer.byteLength).toBeLessThanOrEqual(64 * KiB)
  await done(storage.close())
})
