import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { done, draft, entries, entry, first, refused, sameEntries } from '../../lib/testing/storage-kit/environment.js'
import {
  nodeFiles,
  segmentStorage,
  type FileLayer,
  type OpenFile,
  type PlacedFile,
} from '../../plugins/storage-segments/index.js'
import type { Storage } from '../../streams/contracts/storage.js'

const SEGMENT_BYTES = 16 * 1024
const STATE = 'state.kayak'
const SEGMENT = /^log-\d+\.seg$/

let dataDir: string
beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'kayak-failures-')), 'data')
})
afterEach(() => rm(join(dataDir, '..'), { recursive: true }))

const failure = (code: string): Error => Object.assign(new Error(`${code}: as it is told`), { code })

/** What fails next, and how. */
interface Faults {
  write?: (name: string, bytes: Uint8Array, write: (part: Uint8Array) => Promise<void>) => Promise<void>
  read?: (name: string) => Promise<void>
  append?: (name: string) => Promise<void>
  rename?: (to: string) => Promise<void>
}

/** The real layer, where some operations fail. */
function failing(faults: Faults): FileLayer {
  const placed = (file: PlacedFile, name: string): PlacedFile => ({
    write: (bytes, offset) =>
      faults.write?.(name, bytes, part => file.write(part, offset)) ?? file.write(bytes, offset),
    read: async (offset, size) => {
      await faults.read?.(name)
      return file.read(offset, size)
    },
    size: () => file.size(),
    close: () => file.close(),
  })
  const appended = (file: OpenFile, name: string): OpenFile => ({
    append: async bytes => {
      await faults.append?.(name)
      return file.append(bytes)
    },
    read: (offset, size) => file.read(offset, size),
    size: () => file.size(),
    sync: () => file.sync(),
    close: () => file.close(),
  })
  return {
    ...nodeFiles,
    openPlaced: async path => placed(await nodeFiles.openPlaced(path), basename(path)),
    open: async (path, how) => appended(await nodeFiles.open(path, how), basename(path)),
    rename: async (from, to) => {
      await faults.rename?.(basename(to))
      return nodeFiles.rename(from, to)
    },
  }
}

const storageOf = (files: FileLayer, more: { spareSegments?: number } = {}): Storage =>
  segmentStorage({ dataDir, files, segmentBytes: SEGMENT_BYTES, ...more })

test.each([
  ['ENOSPC', 0.5],
  ['EIO', 1],
  ['ENOSPC', 0],
])('a write that fails with %s after %p of it poisons the storage', async (code, share) => {
  const faults: Faults = {}
  const storage = storageOf(failing(faults))
  await first(storage.open())
  await done(storage.append(entries(1, 3)))
  faults.write = async (_, bytes, write) => {
    await write(bytes.subarray(0, bytes.byteLength * share))
    throw failure(code)
  }
  await expect(done(storage.append(entries(4, 6)))).rejects.toMatchObject({
    code: 'KAYAK_STORAGE_FAILED',
    outcome: 'unknown',
    cause: { code },
  })
  delete faults.write
  for (const later of [
    storage.append(entries(4, 6)),
    storage.saveTermAndVote({ term: 9, vote: undefined }),
    storage.truncate(1),
    storage.compact({ index: 1, term: 1 }),
    storage.read(1, 1, 1),
    storage.createSnapshot(draft(1)).write(Uint8Array.of(1)),
  ])
    await refused(later, 'KAYAK_STORAGE_FAILED')
  await done(storage.close())
  const { last, termAndVote } = await first(storage.open())
  // all of it was written, and nobody was told
  expect([last.index, termAndVote.term]).toEqual([share === 1 ? 6 : 3, 0])
  await done(storage.append(entries(last.index + 1, 9)))
  sameEntries(await first(storage.read(1, 9, Infinity)), entries(1, 9))
  await done(storage.close())
})

test('a state that can not be saved poisons the storage, and the one before is there', async () => {
  const faults: Faults = {}
  const storage = storageOf(failing(faults))
  await first(storage.open())
  await done(storage.saveTermAndVote({ term: 1, vote: undefined }))
  faults.write = async (name, bytes, write) => {
    await write(name === STATE ? bytes.subarray(0, 100) : bytes)
    if (name === STATE) throw failure('EIO')
  }
  await refused(storage.saveTermAndVote({ term: 2, vote: undefined }), 'KAYAK_STORAGE_FAILED')
  delete faults.write
  await refused(storage.append(entries(1, 1)), 'KAYAK_STORAGE_FAILED')
  await done(storage.close())
  expect((await first(storage.open())).termAndVote.term).toBe(1)
  await done(storage.close())
})

test('an identity that does not fit is refused, and nothing has happened', async () => {
  const storage = storageOf(nodeFiles)
  await first(storage.open())
  const identity = { memberId: 'a'.repeat(32), clusterId: undefined, address: 'b'.repeat(5000), advertise: 'c' }
  await refused(storage.saveIdentity({ ...identity, standing: 'member' }), 'KAYAK_INVALID')
  await done(storage.append(entries(1, 1)))
  await done(storage.close())
})

/** Entries of which three fill a segment. */
const third = (index: number): ReturnType<typeof entry> =>
  entry(index, 1, { payload: new Uint8Array(3500).fill(index) })

test('a spare that can not be made is not missed until it is needed', async () => {
  const faults: Faults = {}
  const storage = storageOf(failing(faults))
  await first(storage.open())
  faults.append = () => Promise.reject(failure('ENOSPC'))
  for (let index = 1; index <= 3; index++) await done(storage.append([third(index)]))
  await refused(storage.append([third(4)]), 'KAYAK_STORAGE_FAILED')
  await done(storage.close())
  // a full disk has use for what was left of it
  expect((await readdir(dataDir)).filter(name => name.startsWith('segment'))).toEqual([])
  delete faults.append
  expect((await first(storage.open())).last.index).toBe(3)
  for (let index = 4; index <= 9; index++) await done(storage.append([third(index)]))
  await done(storage.close())
})

test('a spare that fails once is made when it is needed', async () => {
  const faults: Faults = {}
  const storage = storageOf(failing(faults))
  await first(storage.open())
  let failures = 0
  faults.append = async () => {
    if (failures++ === 0) throw failure('ENOSPC')
  }
  for (let index = 1; index <= 9; index++) await done(storage.append([third(index)]))
  expect(failures).toBeGreaterThan(1)
  await done(storage.close())
  expect((await first(storage.open())).last.index).toBe(9)
  await done(storage.close())
})

test('a failed read fails by itself, and the storage goes on', async () => {
  const faults: Faults = {}
  const storage = storageOf(failing(faults))
  await first(storage.open())
  await done(storage.append(entries(1, 3)))
  faults.read = () => Promise.reject(failure('EIO'))
  await refused(storage.read(1, 3, 1000), 'KAYAK_STORAGE_FAILED')
  delete faults.read
  await done(storage.append(entries(4, 4)))
  sameEntries(await first(storage.read(1, 4, Infinity)), entries(1, 4))
  await done(storage.close())
})

test.each([/^state/, SEGMENT])('a failed read of %s fails the opening, and gives the lock back', async name => {
  const storage = storageOf(nodeFiles)
  await first(storage.open())
  await done(storage.append(entries(1, 3)))
  await done(storage.close())
  const read = (of: string): Promise<void> => (name.test(of) ? Promise.reject(failure('EIO')) : Promise.resolve())
  await refused(storageOf(failing({ read })).open(), 'KAYAK_STORAGE_FAILED')
  expect((await first(storage.open())).last.index).toBe(3)
  await done(storage.close())
})

test('the folder has as many files as the log needs and as may wait, however often it is cut', async () => {
  const storage = storageOf(nodeFiles, { spareSegments: 2 })
  await first(storage.open())
  for (let index = 1; index <= 120; index++) {
    await done(storage.append([third(index)]))
    if (index % 12 === 0) await done(storage.compact({ index: index - 2, term: 1 }))
  }
  await done(storage.close())
  const { bytes, base, last } = await first(storage.open())
  expect([base.index, last.index]).toEqual([118, 120])
  expect(bytes).toBeLessThan(3 * SEGMENT_BYTES)
  await done(storage.close())
  const segments = (await readdir(dataDir)).filter(name => SEGMENT.test(name))
  expect(segments.length).toBeLessThanOrEqual(4)
})
