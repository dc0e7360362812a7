import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { done, draft, entries, first } from '../../lib/testing/storage-kit/environment.js'
import { seededRandom } from '../../lib/testing/seeded-random.js'
import { Book } from '../../plugins/storage-nedb/book.js'
import type { Doc } from '../../plugins/storage-nedb/doc.js'
import type { BookFormat } from '../../plugins/storage-nedb/header.js'
import type { Format } from '../../plugins/folder/formats.js'
import { nedbStorage } from '../../plugins/storage-nedb/index.js'
import { sealLine, unsealLine } from '../../plugins/storage-nedb/line.js'
import { readMeta, type SnapshotFields } from '../../plugins/folder/snapshot-file.js'
import { crc32 } from '../../streams/contracts/checksum.js'
import { mount } from '../mutations/storage/nedb-files.js'
import { SimulatedDisk } from '../mutations/storage/simulated-disk.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kayak-migration-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Each format after the first adds a sign to what a document holds, the header too. */
const signed =
  (sign: string) =>
  (docs: readonly Doc[]): readonly Doc[] =>
    docs.map(doc => ({ ...doc, value: `${String(doc['value'])}${sign}` }))
const formatOf = (format: number, from = 1): BookFormat => ({
  holds: 'log',
  format,
  migrations: new Map([[1, signed('+')] as const, [2, signed('-')] as const].filter(([at]) => at >= from)),
})

async function disk(seed = 1): Promise<SimulatedDisk> {
  const made = new SimulatedDisk(folder, seededRandom(seed))
  await made.layer.makeFolder(folder)
  await made.layer.syncFolder(dirname(folder))
  return made
}

const path = (): string => join(folder, 'log-1.db')

async function makeOld({ layer }: SimulatedDisk, count = 3): Promise<void> {
  const book = await Book.create(layer, path(), formatOf(1), { value: 'header' })
  for (let at = 1; at <= count; at++) await book.insert({ _id: String(at), value: String(at) })
  await book.put({ _id: '1', value: 'one' })
  await book.close()
}

/** What a book holds, opened as a version of this format does. */
async function opened({ layer }: SimulatedDisk, format: BookFormat): Promise<readonly unknown[] | undefined> {
  const book = await Book.open(layer, path(), format)
  const docs = await book?.all()
  await book?.close()
  return docs?.map(doc => (doc._id === '0' ? [doc['value'], doc['format']] : doc['value']))
}

describe('a book of an older format', () => {
  const OLD = [['header', 1], 'one', '2', '3']
  const NEW = [['header+', 2], 'one+', '2+', '3+']

  test('is migrated once, and only once', async () => {
    const simulated = await disk()
    const unmount = mount(simulated)
    await makeOld(simulated)
    expect(await opened(simulated, formatOf(2))).toEqual(NEW)
    expect(await opened(simulated, formatOf(2))).toEqual(NEW)
    await expect(opened(simulated, formatOf(1))).rejects.toMatchObject({ code: 'KAYAK_VERSION', file: path() })
    expect(simulated.files).toEqual(['log-1.db'])
    unmount()
  })

  test('goes from one format to the next, as many as there are', async () => {
    const simulated = await disk()
    const unmount = mount(simulated)
    await makeOld(simulated)
    expect(await opened(simulated, formatOf(3))).toEqual([['header+-', 3], 'one+-', '2+-', '3+-'])
    unmount()
  })

  test('that nothing migrates any more is refused and left alone', async () => {
    const simulated = await disk()
    const unmount = mount(simulated)
    await makeOld(simulated)
    const before = simulated.contents('log-1.db')
    await expect(opened(simulated, formatOf(3, 2))).rejects.toMatchObject({ code: 'KAYAK_VERSION', file: path() })
    expect(simulated.contents('log-1.db')).toEqual(before)
    unmount()
  })

  test.each(['power', 'kill', 'error'] as const)('is whole, old or new, wherever it fails (%s)', async kind => {
    let failures = 0
    for (let at = 1; ; at++) {
      const simulated = await disk(at)
      const unmount = mount(simulated)
      await makeOld(simulated)
      simulated.fault = { at: simulated.operations + at, kind }
      const isDone = await opened(simulated, formatOf(2)).then(
        () => true,
        () => false,
      )
      const isOver = simulated.faults === 0
      // what is acknowledged is there though the power goes later
      if (kind === 'error' || isDone) simulated.die('power')
      simulated.settle()
      if (isDone) expect(await opened(simulated, formatOf(2))).toEqual(NEW)
      else {
        const old = await opened(simulated, formatOf(1)).catch((error: unknown) => error)
        if (Array.isArray(old)) expect(old).toEqual(OLD)
        else expect(old).toMatchObject({ code: 'KAYAK_VERSION' })
        expect(await opened(simulated, formatOf(2))).toEqual(NEW)
        failures++
      }
      expect(simulated.files).toEqual(['log-1.db'])
      unmount()
      if (isOver) break
    }
    expect(failures).toBeGreaterThan(10)
  })
})

describe('what a later version has written', () => {
  async function filled(): Promise<SimulatedDisk> {
    const simulated = await disk()
    const unmount = mount(simulated)
    const storage = nedbStorage({ dataDir: folder, files: simulated.layer })
    await first(storage.open())
    await done(storage.append(entries(1, 3)))
    const writer = storage.createSnapshot(draft(2))
    await done(writer.write(new TextEncoder().encode('of the machine')))
    await first(writer.publish())
    await done(storage.close())
    unmount()
    return simulated
  }

  async function refusal(simulated: SimulatedDisk, name: string, bytes: Buffer): Promise<void> {
    const unmount = mount(simulated)
    simulated.damage(name, bytes)
    const storage = nedbStorage({ dataDir: folder, files: simulated.layer })
    await expect(first(storage.open())).rejects.toMatchObject({ code: 'KAYAK_VERSION', file: join(folder, name) })
    expect(simulated.contents(name)).toEqual(bytes)
    await done(storage.close())
    unmount()
  }

  const linesOf = (simulated: SimulatedDisk, name: string): string[] =>
    String(simulated.contents(name)).trimEnd().split('\n')
  const jsonOf = (line: string, number: number): Record<string, unknown> =>
    // what the storage has written
    JSON.parse(unsealLine(line, number) ?? '') as Record<string, unknown>
  const SNAPSHOT = 'snapshot-0000000000000002.kayak'

  test.each(['state.db', 'log-1.db'])('in %s is refused, though its other lines mean nothing here', async name => {
    const simulated = await filled()
    const [header = ''] = linesOf(simulated, name)
    const later = sealLine(JSON.stringify({ ...jsonOf(header, 1), format: 2 }), 1)
    await refusal(simulated, name, Buffer.from(`${later}\nlines of another kind\nand one that is torn`))
  })

  test('in a batch of the log is refused by the file', async () => {
    const simulated = await filled()
    const lines = linesOf(simulated, 'log-1.db')
    const doc = jsonOf(lines[1] ?? '', 2)
    const batch = Buffer.from(String(doc['batch']), 'base64')
    batch[0] = 2
    lines[1] = sealLine(JSON.stringify({ ...doc, batch: batch.toString('base64') }), 2)
    const unmount = mount(simulated)
    simulated.damage('log-1.db', Buffer.from(`${lines.join('\n')}\n`))
    const storage = nedbStorage({ dataDir: folder, files: simulated.layer })
    const file = join(folder, 'log-1.db')
    await expect(first(storage.open())).rejects.toMatchObject({ code: 'KAYAK_VERSION', file })
    await done(storage.close())
    unmount()
  })

  /** A snapshot file with other fields at its end. */
  function snapshot(simulated: SimulatedDisk, change: (fields: SnapshotFields) => object): Buffer {
    const bytes = simulated.contents(SNAPSHOT) ?? Buffer.alloc(0)
    const footer = Buffer.from(bytes.subarray(-16))
    const from = bytes.byteLength - 16 - footer.readUInt32BE(0)
    // what the storage has written
    const fields = JSON.parse(bytes.toString('utf8', from, bytes.byteLength - 16)) as SnapshotFields
    const json = Buffer.from(JSON.stringify(change(fields)))
    footer.writeUInt32BE(json.byteLength, 0)
    footer.writeUInt32BE(crc32(json), 4)
    return Buffer.concat([bytes.subarray(0, from), json, footer])
  }

  test.each([
    ['format', { format: 2, roster: 'of another kind' }],
    ['roster', { roster: { version: 2, everybody: [] } }],
  ])('as the %s of a snapshot is refused', async (_, change) => {
    const simulated = await filled()
    const bytes = snapshot(simulated, fields => ({ ...fields, ...change }))
    await refusal(simulated, SNAPSHOT, bytes)
  })

  test('is a snapshot of an older format to those who know how it becomes one of theirs', async () => {
    const simulated = await filled()
    const later: Format<SnapshotFields> = {
      format: 2,
      migrations: new Map([[1, ({ when, ...fields }) => ({ ...fields, time: when })]]),
    }
    const old = snapshot(simulated, ({ time, ...fields }) => ({ ...fields, when: time }))
    simulated.damage(SNAPSHOT, old)
    const file = join(folder, SNAPSHOT)
    expect(await readMeta(simulated.layer, file, true, later)).toMatchObject({ index: 2, time: 17, bytes: 14 })
    expect(simulated.contents(SNAPSHOT)).toEqual(old)
  })
})
