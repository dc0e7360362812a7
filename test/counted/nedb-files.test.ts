import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { done, entries, first } from '../../lib/testing/storage-kit/environment'
import { nedbStorage, nodeFiles, type FileLayer, type OpenFile } from '../../plugins/storage-nedb'
import { logFile } from '../../plugins/storage-nedb/log-book'
import type { LogEntry } from '../../streams/rules/entry'

/** The file system, which notes each call that makes something durable or writes. */
function noting(calls: string[]): FileLayer {
  const notingFile = (file: OpenFile): OpenFile => ({
    append: bytes => (calls.push('append'), file.append(bytes)),
    read: (offset, size) => file.read(offset, size),
    size: () => file.size(),
    sync: () => (calls.push('sync'), file.sync()),
    close: () => file.close(),
  })
  return {
    ...nodeFiles,
    open: async (path, how) => notingFile(await nodeFiles.open(path, how)),
    rename: (from, to) => (calls.push('rename'), nodeFiles.rename(from, to)),
    truncate: (path, size) => (calls.push('truncate'), nodeFiles.truncate(path, size)),
    syncFolder: path => (calls.push('sync folder'), nodeFiles.syncFolder(path)),
  }
}

const large = (small: readonly LogEntry[], bytes: number): readonly LogEntry[] =>
  bytes === 0 ? small : small.map(entry => ({ ...entry, payload: new Uint8Array(bytes) }))

/** What a thousand entries do to the files, in batches of so many. */
async function write(dataDir: string, size: number, payloadBytes = 0) {
  const calls: string[] = []
  const storage = nedbStorage({ dataDir, files: noting(calls) })
  await first(storage.open())
  // the files are made with the first entry
  await done(storage.append(entries(1, 1)))
  const text = () => readFile(logFile(dataDir, 1), 'utf8')
  // NeDB writes by itself, a line a call
  const before = await text()
  calls.length = 0
  for (let from = 2; from <= 1001; from += size)
    await done(storage.append(large(entries(from, Math.min(1001, from + size - 1)), payloadBytes)))
  const added = (await text()).slice(before.length)
  await done(storage.close())
  return { calls, lines: added.split('\n').length - 1, bytes: added.length }
}

describe.each([
  // a line for each batch, and a sync after it
  { size: 1, batches: 1000, mostBytes: 170_000 },
  { size: 256, batches: 4, mostBytes: 80_000 },
])("a thousand small entries in NeDB's files, $size a batch,", ({ size, batches, mostBytes }) => {
  let dataDir: string
  beforeAll(async () => (dataDir = await mkdtemp(join(tmpdir(), 'kayak-counted-'))))
  afterAll(() => rm(dataDir, { recursive: true }))

  it('are a line and a sync a batch', async () => {
    const { calls, lines, bytes } = await write(dataDir, size)
    expect(lines).toBe(batches)
    expect(calls).toEqual(Array.from({ length: batches }, () => 'sync'))
    expect(bytes).toBeLessThanOrEqual(mostBytes)
  })
})

test('a thousand entries of 1 KiB, 256 a batch, are a sync a batch, in lines that V8 has room for among others', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kayak-counted-'))
  const { calls, lines, bytes } = await write(dataDir, 256, 1024)
  await rm(dataDir, { recursive: true })
  // 256 entries of 1,072 bytes are three batches of 92 KiB at most
  expect(lines).toBe(12)
  expect(calls).toEqual(['sync', 'sync', 'sync', 'sync'])
  expect(bytes).toBeLessThanOrEqual(1_435_000)
})
