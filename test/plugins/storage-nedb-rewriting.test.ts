import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { done, entries, first, refused } from '../../lib/testing/storage-kit/environment.js'
import { nedbStorage, nodeFiles, type FileLayer, type OpenFile } from '../../plugins/storage-nedb/index.js'
import type { Storage } from '../../streams/contracts/storage'
import { storageBeingRewritten } from './nedb-being-rewritten'

let folder: string
let dataDir: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kayak-rewriting-'))
  dataDir = join(folder, 'data')
})
afterEach(() => rm(folder, { recursive: true }))

const withSync = (file: OpenFile, sync: () => Promise<void>): OpenFile => ({
  sync,
  append: bytes => file.append(bytes),
  read: (offset, size) => file.read(offset, size),
  size: () => file.size(),
  close: () => file.close(),
})

/** A disk on which the second generation of the log is synced when a test says so, or fails to be. */
class Disk {
  private begun: () => void = () => undefined
  /** Once the copy is to be synced for the first time. */
  readonly copied = new Promise<void>(resolve => (this.begun = resolve))
  private release: (error?: Error) => void = () => undefined
  private readonly held = new Promise<void>((resolve, reject) => {
    this.release = error => (error === undefined ? resolve() : reject(error))
  })
  private ended: () => void = () => undefined
  /** Once the first generation is gone. */
  readonly replaced = new Promise<void>(resolve => (this.ended = resolve))

  private syncs = 0
  private removals = 0

  readonly files: FileLayer = {
    ...nodeFiles,
    open: async (path, how) => {
      const file = await nodeFiles.open(path, how)
      if (!path.endsWith('log-2.db')) return file
      const sync = async (): Promise<void> => {
        // as it is made, as its header is written, and then as all is copied
        if (++this.syncs >= 3) {
          this.begun()
          await this.held
        }
        return file.sync()
      }
      return withSync(file, sync)
    },
    remove: async path => {
      await nodeFiles.remove(path)
      if (path.endsWith('log-1.db') && ++this.removals === 2) this.ended()
    },
  }

  goOn(): void {
    this.release()
  }

  /** Goes on until the first generation is gone. */
  async replace(): Promise<void> {
    this.goOn()
    await this.replaced
  }

  fail(): void {
    this.release(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }))
  }
}

const beingRewritten = (disk: Disk, files = disk.files): Promise<Storage> => storageBeingRewritten(dataDir, files)

/** The same, when all is copied that it held, and that waits to be synced. */
async function copied() {
  const disk = new Disk()
  const storage = await beingRewritten(disk)
  await disk.copied
  return { disk, storage }
}

/** What of it is there when it is opened once more. */
async function left() {
  const storage = nedbStorage({ dataDir })
  const { base, last } = await first(storage.open())
  const read = base.index < last.index ? await first(storage.read(base.index + 1, last.index, Infinity)) : []
  await done(storage.close())
  return { base: base.index, terms: read.map(({ index, term }) => `${index} of ${term}`) }
}
const logs = async (): Promise<readonly string[]> =>
  (await readdir(dataDir)).filter(name => name.startsWith('log-')).sort()
/** Once a log is the only one. */
const isAlone = async (name: string): Promise<void> => {
  while ((await logs()).join() !== name) await new Promise(setImmediate)
}
const ofTerm = (from: number, to: number, term: number): readonly string[] =>
  entries(from, to).map(({ index }) => `${index} of ${term}`)

describe('a log that is being rewritten', () => {
  it('goes on, and nothing of that is missing afterwards', async () => {
    const { disk, storage } = await copied()
    await done(storage.append(entries(21, 25)))
    await done(storage.compact({ index: 22, term: 1 }))
    await done(storage.append(entries(26, 26)))
    expect(await logs()).toEqual(['log-1.db', 'log-2.db'])
    await disk.replace()
    await done(storage.append(entries(27, 27)))
    expect((await first(storage.read(23, 27, Infinity))).map(({ index }) => index)).toEqual([23, 24, 25, 26, 27])
    await done(storage.close())
    expect(await left()).toEqual({ base: 22, terms: ofTerm(23, 27, 1) })
  })

  it('may be cut behind all that has been copied', async () => {
    const { disk, storage } = await copied()
    await done(storage.append(entries(21, 30)))
    await done(storage.compact({ index: 25, term: 1 }))
    await disk.replace()
    await done(storage.close())
    expect(await left()).toEqual({ base: 25, terms: ofTerm(26, 30, 1) })
  })

  it('is begun anew where its end is cut, which may have been copied', async () => {
    const { disk, storage } = await copied()
    const truncated = done(storage.truncate(17))
    const appended = done(storage.append(entries(17, 19, 2)))
    disk.goOn()
    await Promise.all([truncated, appended])
    await disk.replaced
    await done(storage.close())
    expect(await left()).toEqual({ base: 14, terms: [...ofTerm(15, 16, 1), ...ofTerm(17, 19, 2)] })
  })

  it('is left as it was where it is closed', async () => {
    const { disk, storage } = await copied()
    const closed = done(storage.close())
    disk.goOn()
    await closed
    expect(await logs()).toEqual(['log-1.db'])
    expect(await left()).toEqual({ base: 14, terms: ofTerm(15, 20, 1) })
  })

  it('takes no more writes where that has failed, and has what was acknowledged', async () => {
    const { disk, storage } = await copied()
    await done(storage.append(entries(21, 21)))
    disk.fail()
    // its turn comes before those of writes that are asked for after it is known
    for (let index = 22; index <= 30 && (await isTaken(storage, index)); index++);
    await refused(storage.append(entries(22, 22)), 'KAYAK_STORAGE_FAILED')
    await done(storage.close())
    const { base, terms } = await left()
    expect([base, terms.slice(0, 7)]).toEqual([14, ofTerm(15, 21, 1)])
  })
})

test('a log that is written to quicker than it is copied is rewritten all the same', async () => {
  const disk = new Disk()
  disk.goOn()
  const storage = await beingRewritten(disk)
  const found = { isReplaced: false }
  void disk.replaced.then(() => (found.isReplaced = true))
  // more than a step of the copying takes
  const batch = (index: number) =>
    entries(index, index).map(entry => ({ ...entry, payload: new Uint8Array(600 * 1024) }))
  let index = 21
  for (; !found.isReplaced && index < 400; index++) await done(storage.append(batch(index)))
  expect(found.isReplaced).toBe(true)
  await done(storage.close())
  const { base, terms } = await left()
  expect([base, terms.length]).toEqual([14, index - 1 - 14])
})

test('a log that is cut while it is being rewritten is rewritten once more', async () => {
  const { disk, storage } = await copied()
  await done(storage.append(entries(21, 60)))
  await done(storage.compact({ index: 59, term: 1 }))
  await disk.replace()
  await done(storage.append(entries(61, 61)))
  await isAlone('log-3.db')
  await done(storage.close())
  expect(await left()).toEqual({ base: 59, terms: ofTerm(60, 61, 1) })
})

test('a log of which nothing is left is rewritten once, and then at rest', async () => {
  const { disk, storage } = await copied()
  await disk.replace()
  await done(storage.compact({ index: 20, term: 1 }))
  await isAlone('log-3.db')
  for (let index = 21; index <= 40; index++) await done(storage.saveTermAndVote({ term: index, vote: undefined }))
  expect(await logs()).toEqual(['log-3.db'])
  await done(storage.close())
  expect(await left()).toEqual({ base: 20, terms: [] })
})

/** A disk on which the state is synced as a test says. */
const withStateSync = (files: FileLayer, sync: (state: OpenFile) => Promise<void>): FileLayer => ({
  ...files,
  open: async (path, how) => {
    const file = await files.open(path, how)
    return path.endsWith('state.db') ? withSync(file, () => sync(file)) : file
  },
})

test('the name of a copy is durable before the state names it', async () => {
  const disk = new Disk()
  const happened: string[] = []
  const files = withStateSync(disk.files, state => {
    happened.push('the state is synced')
    return state.sync()
  })
  const open: FileLayer['open'] = (path, how) => {
    if (how === 'create') happened.push(`${basename(path)} is made`)
    return files.open(path, how)
  }
  const syncFolder: FileLayer['syncFolder'] = path => {
    happened.push('the folder is synced')
    return files.syncFolder(path)
  }
  const storage = await beingRewritten(disk, { ...files, open, syncFolder })
  await disk.replace()
  const rewriting = happened.slice(happened.indexOf('log-2.db is made'))
  expect(rewriting).toEqual(['log-2.db is made', 'the folder is synced', 'the state is synced'])
  await done(storage.close())
})

test('a copy that may have been named is not removed where that has failed', async () => {
  const disk = new Disk()
  let isNaming = false
  const sync = (state: OpenFile): Promise<void> => (isNaming ? Promise.reject(new Error('EIO')) : state.sync())
  const storage = await beingRewritten(disk, withStateSync(disk.files, sync))
  await disk.copied
  isNaming = true
  disk.goOn()
  for (let index = 21; await isTaken(storage, index); index++);
  await done(storage.close())
  expect(await logs()).toContain('log-2.db')
  expect((await left()).terms.slice(0, 6)).toEqual(ofTerm(15, 20, 1))
})

const isTaken = (storage: Storage, index: number): Promise<boolean> =>
  done(storage.append(entries(index, index))).then(
    () => true,
    () => false,
  )

test('by default a log is rewritten once 32 MiB of it are useless, and not before', async () => {
  const MiB = 1024 * 1024
  // with base64 and what is around it, a little more than 4 MiB in the file
  const append = (index: number) =>
    done(storage.append(entries(index, index).map(entry => ({ ...entry, payload: new Uint8Array(3 * MiB) }))))
  const storage = nedbStorage({ dataDir })
  await first(storage.open())
  for (let index = 1; index <= 10; index++) await append(index)
  // seven of them are useless, and a copy would have begun by the end of a further write
  await done(storage.compact({ index: 7, term: 1 }))
  await append(11)
  expect(await logs()).toEqual(['log-1.db'])
  // eight
  await done(storage.compact({ index: 8, term: 1 }))
  await isAlone('log-2.db')
  await done(storage.close())
  expect(await left()).toEqual({ base: 8, terms: ofTerm(9, 11, 1) })
}, 60_000)
