import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { done, entries, entry, first, refused } from '../../lib/testing/storage-kit/environment.js'
import { batchesOf } from '../../plugins/storage-nedb/batches.js'
import { Book } from '../../plugins/storage-nedb/book.js'
import type { Doc } from '../../plugins/storage-nedb/doc.js'
import { LogBook } from '../../plugins/storage-nedb/log-book.js'
import { nedbStorage, nodeFiles, type FileLayer, type OpenFile } from '../../plugins/storage-nedb/index.js'
import type { Line } from '../../plugins/storage-nedb/line.js'
import { entryBytes } from '../../streams/rules/entry.js'

const KIB = 1024
const FORMAT = { holds: 'log', format: 1, migrations: new Map() }

/** So many entries of so many bytes. */
const sized = (from: number, to: number, bytes: number) =>
  entries(from, to).map(({ index }) => entry(index, 1, { payload: new Uint8Array(bytes).fill(index) }))

describe('entries are put into batches', () => {
  const sizes = (batches: ReturnType<typeof batchesOf>) => batches.map(batch => batch.map(({ index }) => index))

  it('of 92 KiB at most, in their order', () => {
    const all = sized(1, 256, KIB)
    const batches = batchesOf(all)
    expect(batches.flat()).toEqual(all)
    for (const batch of batches)
      expect(batch.reduce((sum, one) => sum + entryBytes(one), 0)).toBeLessThanOrEqual(92 * KIB)
    expect(batches.length).toBe(3)
  })

  it('of one alone that has more', () => {
    const all = [...sized(1, 2, KIB), ...sized(3, 3, 200 * KIB), ...sized(4, 5, KIB)]
    expect(sizes(batchesOf(all))).toEqual([[1, 2], [3], [4, 5]])
  })

  it('and none is none', () => expect(batchesOf([])).toEqual([]))
})

/** A disk on which one read of a file is held until a test lets it go on. */
class Holding {
  isClosed = false
  private held: Promise<void> | undefined
  private release: () => void = () => undefined

  constructor(private readonly path: string) {}

  readonly files: FileLayer = {
    ...nodeFiles,
    open: async (path, how) => {
      const file = await nodeFiles.open(path, how)
      return path === this.path ? this.holding(file) : file
    },
  }

  holdNext(): void {
    this.isClosed = false
    this.held = new Promise(resolve => (this.release = resolve))
  }

  goOn(): void {
    this.release()
  }

  private holding(file: OpenFile): OpenFile {
    return {
      append: bytes => file.append(bytes),
      size: () => file.size(),
      sync: () => file.sync(),
      read: async (offset, size) => {
        const { held } = this
        this.held = undefined
        await held
        return file.read(offset, size)
      },
      close: () => {
        this.isClosed = true
        return file.close()
      },
    }
  }
}

describe('batches', () => {
  let dataDir: string
  let path: string
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'kayak-batches-'))
    path = join(dataDir, 'log-1.db')
  })
  afterEach(() => rm(dataDir, { recursive: true }))

  it("aren't kept in memory, and opening leaves the file as it is", async () => {
    const made = await Book.create(nodeFiles, path, FORMAT)
    const docs = ['a', 'b'].map(_id => ({ _id, batch: _id.repeat(200 * KIB) }))
    const lines: Line[] = []
    for (const doc of docs) lines.push(await made.insert(doc))
    const kept = docs.map(({ _id }, nth) => ({ _id, batch: lines[nth] }))
    expect((await made.all()).slice(1)).toEqual(kept)
    await made.close()
    const before = await readFile(path)
    const loaded: Doc[] = []
    const opened = await Book.open(nodeFiles, path, FORMAT, doc => loaded.push(doc))
    expect(loaded.slice(1)).toEqual(docs)
    expect((await opened?.all())?.slice(1)).toEqual(kept)
    await opened?.close()
    expect(await readFile(path)).toEqual(before)
  })

  it('are read again where they are now, as often as the file is opened', async () => {
    const all = [...sized(1, 300, KIB), ...sized(301, 301, 700 * KIB), ...sized(302, 310, 10)]
    for (let life = 0; life < 3; life++) {
      const storage = nedbStorage({ dataDir })
      await first(storage.open())
      await done(storage.append(all.slice(life * 103, life * 103 + 103)))
      for (const [from, maxBytes] of [
        [1, Infinity],
        [20, 1],
        [100, 150 * KIB],
      ] as const) {
        const read = await first(storage.read(from, 310, maxBytes))
        expect(read).toEqual(all.slice(from - 1, from - 1 + read.length))
        if (maxBytes === Infinity) expect(read.length).toBe(Math.min(310, life * 103 + 103))
      }
      await done(storage.close())
    }
  })

  it('that have rotted since are refused as they are read, by the name of the file', async () => {
    const storage = nedbStorage({ dataDir })
    await first(storage.open())
    await done(storage.append(entries(1, 3)))
    await done(storage.append(entries(4, 6)))
    const bytes = await readFile(path)
    const at = bytes.indexOf('batch', bytes.indexOf('\n')) + 40
    bytes[at] = bytes[at] === 65 ? 66 : 65
    await writeFile(path, bytes)
    await expect(first(storage.read(1, 3, Infinity))).rejects.toMatchObject({ code: 'KAYAK_CORRUPT', file: path })
    expect((await first(storage.read(4, 6, Infinity))).map(({ index }) => index)).toEqual([4, 5, 6])
    // a file that has lost its end
    await writeFile(path, bytes.subarray(0, -20))
    await refused(storage.read(4, 6, Infinity), 'KAYAK_CORRUPT')
    await done(storage.close())
  })

  it('are read to the end before the file is closed', async () => {
    const disk = new Holding(path)
    const log = await LogBook.create(disk.files, path)
    await log.append(entries(1, 20))
    disk.holdNext()
    const reading = log.read(16, 18, Infinity)
    const closing = log.close()
    // nothing but promises is between its being asked for and the file
    for (let turn = 0; turn < 1000; turn++) await Promise.resolve()
    expect(disk.isClosed).toBe(false)
    disk.goOn()
    expect((await reading).map(({ index }) => index)).toEqual([16, 17, 18])
    await closing
    expect(disk.isClosed).toBe(true)
  })

  it('of one append that a crash has torn anywhere are there up to a line', async () => {
    const made = nedbStorage({ dataDir })
    await first(made.open())
    await done(made.append(entries(1, 3)))
    const { length: acknowledged } = await readFile(path)
    await done(made.append(sized(4, 300, KIB)))
    await done(made.close())
    const whole = await readFile(path)
    const ends = [...whole.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1)
    const lasts = new Set<number>()
    for (const end of ends.filter(end => end >= acknowledged))
      for (const cut of [end - 1, end, end + 1, end + 60_000].filter(
        cut => cut >= acknowledged && cut <= whole.length,
      )) {
        await writeFile(path, whole.subarray(0, cut))
        const storage = nedbStorage({ dataDir })
        const { last } = await first(storage.open())
        lasts.add(last.index)
        expect(last.index).toBeGreaterThanOrEqual(3)
        const read = await first(storage.read(1, last.index, Infinity))
        expect(read.slice(3)).toEqual(sized(4, 300, KIB).slice(0, last.index - 3))
        await done(storage.close())
      }
    expect(lasts.size).toBe(ends.filter(end => end >= acknowledged).length)
  })

  it('that are gone between the check of a file and its loading are missed', async () => {
    const made = await LogBook.create(nodeFiles, path)
    await made.append(entries(1, 3))
    await made.append(entries(4, 6))
    await made.close()
    const whole = await readFile(path)
    const cut = whole.subarray(0, whole.lastIndexOf(10, -2) + 1)
    const files: FileLayer = {
      ...nodeFiles,
      // comes between the two
      remove: () => writeFile(path, cut),
    }
    await expect(LogBook.open(files, path)).rejects.toMatchObject({ code: 'KAYAK_CORRUPT', file: path })
    expect(await readFile(path)).toEqual(cut)
  })
})
