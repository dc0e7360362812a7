import { mkdtemp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { done, draft, entries, entry, first } from '../../lib/testing/storage-kit/environment.js'
import { nedbStorage, nodeFiles } from '../../plugins/storage-nedb/index.js'
import { sealLine } from '../../plugins/storage-nedb/line.js'
import { StateBook } from '../../plugins/storage-nedb/state-book.js'
import { scanLines } from '../../plugins/storage-nedb/scan.js'
import type { Opened } from '../../streams/contracts/storage.js'

const SNAPSHOT = 'snapshot-0000000000000002.kayak'

let dataDir: string
/** The files of a folder that was closed in order: two batches, a term, a snapshot. */
let files: Map<string, Buffer>

const restore = async (): Promise<void> => {
  for (const name of await readdir(dataDir)) await unlink(join(dataDir, name))
  for (const [name, bytes] of files) await writeFile(join(dataDir, name), bytes)
}

const original = (name: string): Buffer => {
  const bytes = files.get(name)
  if (bytes === undefined) throw new Error(`there is no ${name}`)
  return bytes
}

const opening = async (): Promise<Opened> => {
  const storage = nedbStorage({ dataDir })
  try {
    return await first(storage.open())
  } finally {
    await done(storage.close())
  }
}

/** A damaged file is named, and stays as it is for analysis. */
const refusesAsCorrupt = async (name: string, bytes: Buffer | undefined): Promise<void> => {
  await restore()
  await (bytes === undefined ? unlink(join(dataDir, name)) : writeFile(join(dataDir, name), bytes))
  await expect(opening()).rejects.toMatchObject({ code: 'KAYAK_CORRUPT', file: join(dataDir, name) })
  if (bytes !== undefined) expect(await readFile(join(dataDir, name))).toEqual(bytes)
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kayak-damage-'))
  const storage = nedbStorage({ dataDir })
  await first(storage.open())
  await done(storage.saveTermAndVote({ term: 1, vote: 'a'.repeat(32) }))
  const writer = storage.createSnapshot(draft(2))
  await done(writer.write(Uint8Array.of(1, 2, 3)))
  await first(writer.publish())
  await done(storage.append(entries(1, 2)))
  await done(storage.append([entry(3, 1, { payload: Uint8Array.of(7) })]))
  await done(storage.close())
  files = new Map()
  for (const name of await readdir(dataDir))
    if (!name.startsWith('lock')) files.set(name, await readFile(join(dataDir, name)))
})

afterAll(() => rm(dataDir, { recursive: true }))

test('a last line torn anywhere is cut off before the next append', async () => {
  const log = original('log-1.db')
  const start = log.lastIndexOf('\n', log.length - 2) + 1
  for (let cut = start; cut < log.length; cut++) {
    await restore()
    await writeFile(join(dataDir, 'log-1.db'), log.subarray(0, cut))
    const storage = nedbStorage({ dataDir })
    expect((await first(storage.open())).last.index).toBe(2)
    await done(storage.append(entries(3, 4, 2)))
    await done(storage.close())
    expect((await opening()).last).toEqual({ index: 4, term: 2 })
  }
}, 120_000)

test('a torn last line of the state leaves what was acknowledged', async () => {
  const lines = original('state.db').toString('latin1').split('\n').length
  await restore()
  const torn = sealLine('{"_id":"2-term","value":{"term":7}}', lines).slice(0, -9)
  await writeFile(join(dataDir, 'state.db'), Buffer.concat([original('state.db'), Buffer.from(torn)]))
  expect((await opening()).termAndVote).toEqual({ term: 1, vote: 'a'.repeat(32) })
})

const flipped = (whole: Buffer, at: number, bit: number): Buffer => {
  const bytes = Buffer.from(whole)
  bytes[at] = (whole[at] ?? 0) ^ (1 << bit)
  return bytes
}

test.each(['log-1.db', 'state.db', SNAPSHOT])(
  'a flipped bit in %s is found',
  async name => {
    const whole = original(name)
    for (let at = 0; at < whole.length; at += 11) await refusesAsCorrupt(name, flipped(whole, at, at % 8))
    await refusesAsCorrupt(name, flipped(whole, whole.length - 1, 3))
  },
  60_000,
)

test('the scan finds any flipped bit', async () => {
  const path = join(dataDir, 'flipped')
  const whole = original('log-1.db')
  for (let at = 0; at < whole.length; at++) {
    await writeFile(path, flipped(whole, at, at % 8))
    await expect(scanLines(nodeFiles, path)).rejects.toMatchObject({ code: 'KAYAK_CORRUPT', file: path })
  }
}, 60_000)

test('a line with an end is never cut off, the last one included', async () => {
  const log = original('log-1.db')
  const torn = log.subarray(0, log.length - 10)
  await refusesAsCorrupt('log-1.db', Buffer.concat([torn, Buffer.from('\n')]))
  await refusesAsCorrupt('log-1.db', Buffer.concat([log, Buffer.from('\n')]))
  await refusesAsCorrupt('log-1.db', Buffer.concat([log, Buffer.from('{"_id":"x"}\n')]))
})

test('a line that is missing or doubled is found', async () => {
  const lines = original('log-1.db').toString('latin1').split('\n').slice(0, -1)
  const file = (chosen: readonly (string | undefined)[]): Buffer => Buffer.from(`${chosen.join('\n')}\n`)
  await refusesAsCorrupt('log-1.db', file([lines[0], lines[2]]))
  await refusesAsCorrupt('log-1.db', file([lines[1], lines[2]]))
  await refusesAsCorrupt('log-1.db', file([lines[0], lines[1], lines[1], lines[2]]))
})

test.each(['log-1.db', 'state.db', SNAPSHOT])('%s that is lost or emptied is no new one', async name => {
  await refusesAsCorrupt(name, undefined)
  await refusesAsCorrupt(name, Buffer.alloc(0))
})

test('a snapshot that a crash has left published and not recorded as that is missed, too', async () => {
  await restore()
  const state = await StateBook.open(nodeFiles, join(dataDir, 'state.db'))
  await state?.save('snapshotIndex', 0)
  await state?.close()
  expect((await opening()).snapshot?.index).toBe(2)
  await unlink(join(dataDir, SNAPSHOT))
  await expect(opening()).rejects.toMatchObject({ code: 'KAYAK_CORRUPT', file: join(dataDir, SNAPSHOT) })
})

test.each(['log-1.db', 'state.db'])('a later format of %s is refused and left alone', async name => {
  await restore()
  const header = sealLine(JSON.stringify({ _id: '0', kind: 'kayak', holds: 'later', format: 2 }), 1)
  await writeFile(join(dataDir, name), `${header}\n`)
  await expect(opening()).rejects.toMatchObject({ code: 'KAYAK_VERSION', file: join(dataDir, name) })
  expect(await readFile(join(dataDir, name), 'latin1')).toBe(`${header}\n`)
})

test('what a crash has left half made is removed', async () => {
  await restore()
  for (const name of ['snapshot.unfinished', 'log-2.db', 'log-2.db~', 'state.db~', 'log-1.db~'])
    await writeFile(join(dataDir, name), 'half')
  expect((await opening()).last.index).toBe(3)
  const left = (await readdir(dataDir)).filter(name => !name.startsWith('lock'))
  expect(left.sort()).toEqual([...files.keys()].sort())
})

test('every line is ASCII, whatever is in it', () => {
  const line = sealLine(JSON.stringify({ text: 'a\u0085b\u2028c\u2029d\u{1f680}\u00e9\u007f' }), 1)
  expect(line).toMatch(/^[\x20-\x7e]+$/)
})
