import { copyFile, mkdir, mkdtemp, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { done, draft, entries, first, refused } from '../../lib/testing/storage-kit/environment.js'
import { nedbStorage, nodeFiles, type FileLayer, type OpenFile } from '../../plugins/storage-nedb/index.js'

/** How NeDB appends: the one module through which all of its writes go. */
interface NedbFiles {
  appendFileAsync(path: string, text: string, options: object): Promise<void>
}
const require = createRequire(__filename)
const viaNedb = createRequire(require.resolve('nedb-promises'))
// jest's own require, so that this is the module that the storage uses.
const nedbFiles = jest.requireActual<NedbFiles>(viaNedb.resolve('@seald-io/nedb/lib/storage.js'))

let folder: string
let dataDir: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kayak-failures-'))
  dataDir = join(folder, 'data')
})
afterEach(async () => {
  jest.restoreAllMocks()
  await rm(folder, { recursive: true })
})

const noSpace = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })

const withChange = (file: OpenFile, change: Partial<OpenFile>): OpenFile => ({
  append: bytes => file.append(bytes),
  read: (offset, size) => file.read(offset, size),
  size: () => file.size(),
  sync: () => file.sync(),
  close: () => file.close(),
  ...change,
})

/** A layer over the real one that changes what opened files do. */
const changed = (change: (file: OpenFile, path: string) => Partial<OpenFile>): FileLayer => ({
  ...nodeFiles,
  open: async (path, how) => {
    const file = await nodeFiles.open(path, how)
    return withChange(file, change(file, path))
  },
})

test('a full disk poisons the storage, and what was acknowledged is there once it is opened again', async () => {
  const storage = nedbStorage({ dataDir })
  await first(storage.open())
  await done(storage.append(entries(1, 3)))
  const append = nedbFiles.appendFileAsync
  jest.spyOn(nedbFiles, 'appendFileAsync').mockImplementationOnce(async (path, text, options) => {
    await append(path, text.slice(0, text.length / 2), options)
    throw noSpace()
  })
  await refused(storage.append(entries(4, 6)), 'KAYAK_STORAGE_FAILED')
  for (const later of [
    storage.append(entries(4, 6)),
    storage.saveTermAndVote({ term: 9, vote: undefined }),
    storage.truncate(1),
    storage.read(1, 1, 1),
    storage.createSnapshot(draft(1)).write(Uint8Array.of(1)),
  ])
    await refused(later, 'KAYAK_STORAGE_FAILED')
  await done(storage.close())
  const opened = await first(storage.open())
  expect([opened.last.index, opened.termAndVote.term]).toEqual([3, 0])
  await done(storage.append(entries(4, 6)))
  await done(storage.close())
})

test('what was under way beside a write that a full disk has cut short is not written behind it', async () => {
  const storage = nedbStorage({ dataDir })
  await first(storage.open())
  const writer = storage.createSnapshot(draft(1))
  await done(writer.write(Uint8Array.of(1)))
  const append = nedbFiles.appendFileAsync
  jest.spyOn(nedbFiles, 'appendFileAsync').mockImplementationOnce(async (path, text, options) => {
    await append(path, text.slice(0, text.length / 2), options)
    throw noSpace()
  })
  const vote = refused(storage.saveTermAndVote({ term: 1, vote: undefined }), 'KAYAK_STORAGE_FAILED')
  await Promise.all([vote, refused(writer.publish(), 'KAYAK_STORAGE_FAILED')])
  await done(storage.close())
  expect((await first(storage.open())).termAndVote.term).toBe(0)
  await done(storage.close())
})

test.each(['log-1.db', 'state.db', 'snapshot.unfinished'])(
  'a sync of %s that fails poisons the storage',
  async name => {
    let broken = false
    const files = changed((file, path) => ({
      sync: () => (broken && path.endsWith(name) ? Promise.reject(noSpace()) : file.sync()),
    }))
    const storage = nedbStorage({ dataDir, files })
    await first(storage.open())
    broken = true
    const failing = {
      'log-1.db': () => storage.append(entries(1, 1)),
      'state.db': () => storage.saveTermAndVote({ term: 1, vote: undefined }),
      'snapshot.unfinished': () => storage.createSnapshot(draft(1)).publish(),
    }[name]
    if (failing === undefined) throw new Error(name)
    const failure = first(failing())
    await expect(failure).rejects.toMatchObject({ code: 'KAYAK_STORAGE_FAILED', cause: { code: 'ENOSPC' } })
    broken = false
    await refused(storage.append(entries(1, 1)), 'KAYAK_STORAGE_FAILED')
    await done(storage.close())
  },
)

/**
 * Knows how much of each file is durable, and leaves no more of it when the power goes. A file is known by its inode:
 * NeDB puts another in its place under the same name, and what was synced of the one is nothing of the other.
 */
class PowerLoss {
  private readonly synced = new Map<number, number>()
  private readonly names = new Map<string, string>()
  private readonly paths = new Set<string>()

  constructor(private readonly syncs: (path: string) => boolean) {}

  readonly files: FileLayer = {
    ...nodeFiles,
    open: async (path, how) => {
      const file = await nodeFiles.open(path, how)
      this.paths.add(path)
      const { ino } = await stat(path)
      // the number of a file that is gone may be given again
      if (how === 'create') this.synced.delete(ino)
      const sync = async (): Promise<void> => {
        if (!this.syncs(path)) return
        await file.sync()
        this.synced.set(ino, await file.size())
      }
      return withChange(file, { sync })
    },
    rename: async (from, to) => {
      await nodeFiles.rename(from, to)
      this.paths.add(to)
      this.names.set(to, from)
    },
    syncFolder: async path => {
      if (!this.syncs(path)) return
      await nodeFiles.syncFolder(path)
      this.names.clear()
    },
  }

  /** What a power loss now leaves, in another folder. */
  async leave(name: string): Promise<string> {
    const copy = join(folder, 'after')
    await nodeFiles.makeFolder(copy)
    for (const path of this.paths) {
      const to = join(copy, path.slice(dataDir.length + 1))
      if (!(await nodeFiles.exists(path))) continue
      const { ino, size } = await stat(path)
      await copyFile(path, to)
      await truncate(to, Math.min(this.synced.get(ino) ?? 0, size))
      const old = this.names.get(path)
      if (old !== undefined) await rename(to, join(copy, old.slice(dataDir.length + 1)))
    }
    return name === '' ? copy : join(copy, name)
  }
}

const afterPowerLoss = async (syncs: (path: string) => boolean) => {
  const power = new PowerLoss(syncs)
  const storage = nedbStorage({ dataDir, files: power.files, garbageBytes: 0 })
  await first(storage.open())
  for (let index = 1; index <= 50; index++) await done(storage.append(entries(index, index)))
  await done(storage.truncate(50))
  await done(storage.append(entries(50, 52, 2)))
  for (let term = 1; term <= 600; term++) await done(storage.saveTermAndVote({ term, vote: undefined }))
  const writer = storage.createSnapshot(draft(5))
  await done(writer.write(Uint8Array.of(1, 2, 3)))
  await first(writer.publish())
  const left = nedbStorage({ dataDir: await power.leave('') })
  try {
    const { last, termAndVote, snapshot } = await first(left.open())
    return { last: last.index, term: termAndVote.term, snapshot: snapshot?.index }
  } finally {
    await done(left.close())
    await done(storage.close())
  }
}

test('all that was acknowledged survives a power loss, whatever was rewritten in between', async () => {
  await expect(afterPowerLoss(() => true)).resolves.toEqual({ last: 52, term: 600, snapshot: 5 })
})

test('a log that was just rewritten survives a power loss', async () => {
  const power = new PowerLoss(() => true)
  let removals = 0
  let replaced: () => void = () => undefined
  const isReplaced = new Promise<void>(resolve => (replaced = resolve))
  const remove = async (path: string): Promise<void> => {
    await power.files.remove(path)
    if (path.endsWith('log-1.db') && ++removals === 2) replaced()
  }
  const storage = nedbStorage({ dataDir, files: { ...power.files, remove }, garbageBytes: 0 })
  await first(storage.open())
  await done(storage.append(entries(1, 3)))
  await done(storage.append(entries(4, 9)))
  await done(storage.truncate(4))
  await isReplaced
  const left = nedbStorage({ dataDir: await power.leave('') })
  expect((await first(left.open())).last.index).toBe(3)
  await done(left.close())
  await done(storage.close())
})

test('without syncing the log a power loss takes what was acknowledged', async () => {
  await expect(afterPowerLoss(path => !path.includes('log-'))).rejects.toMatchObject({ code: 'KAYAK_CORRUPT' })
})

test('without syncing the folder a power loss takes a published snapshot', async () => {
  await expect(afterPowerLoss(path => path !== dataDir)).rejects.toMatchObject({ code: 'KAYAK_CORRUPT' })
})

test('a folder that is a file is refused, and nothing has happened', async () => {
  await writeFile(dataDir, 'a file')
  await expect(first(nedbStorage({ dataDir }).open())).rejects.toMatchObject({
    code: 'KAYAK_STORAGE_FAILED',
    outcome: 'rejected',
  })
})

test('a file with the name of the last possible lock is refused by its name', async () => {
  await mkdir(dataDir)
  await writeFile(join(dataDir, 'lock-999999999999999'), '')
  await expect(first(nedbStorage({ dataDir }).open())).rejects.toMatchObject({
    code: 'KAYAK_CORRUPT',
    file: 'lock-999999999999999',
  })
})

describe('the name of the folder is made durable', () => {
  const openedIn = async (dataDir: string, more: Partial<FileLayer> = {}): Promise<string[]> => {
    const synced: string[] = []
    const syncFolder = (path: string): Promise<void> => {
      synced.push(path)
      return nodeFiles.syncFolder(path)
    }
    const storage = nedbStorage({ dataDir, files: { ...nodeFiles, syncFolder, ...more } })
    await first(storage.open())
    await done(storage.close())
    return synced
  }

  test('with those of all folders above it that are new', async () => {
    const nested = join(folder, 'a', 'b', 'c')
    expect(await openedIn(nested)).toEqual(expect.arrayContaining([folder, join(folder, 'a'), join(folder, 'a', 'b')]))
  })

  test('also where it was there, since whoever made it may have died before', async () => {
    await nodeFiles.makeFolder(dataDir)
    expect(await openedIn(dataDir)).toContain(folder)
    expect(await openedIn(dataDir)).toContain(folder)
  })

  test('unless it was there, and what is above it may not be read', async () => {
    const denied = (code: string) => (path: string) =>
      path === folder ? Promise.reject(Object.assign(new Error(code), { code })) : nodeFiles.syncFolder(path)
    await expect(openedIn(dataDir, { syncFolder: denied('EACCES') })).rejects.toMatchObject({
      code: 'KAYAK_STORAGE_FAILED',
    })
    await openedIn(dataDir, { syncFolder: denied('EACCES') })
    await expect(openedIn(dataDir, { syncFolder: denied('EIO') })).rejects.toMatchObject({
      code: 'KAYAK_STORAGE_FAILED',
    })
  })
})

test('a failed read of a damaged disk fails the opening, and gives the lock back', async () => {
  const storage = nedbStorage({ dataDir })
  await first(storage.open())
  await done(storage.close())
  const files = changed(() => ({ read: () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })) }))
  await refused(nedbStorage({ dataDir, files }).open(), 'KAYAK_STORAGE_FAILED')
  await first(storage.open())
  await done(storage.close())
})

test('the log file stays short, however often it is cut', async () => {
  const storage = nedbStorage({ dataDir, garbageBytes: 10_000 })
  await first(storage.open())
  for (let index = 1; index <= 400; index++) {
    await done(storage.append(entries(index, index)))
    if (index % 10 === 0) await done(storage.compact({ index: index - 5, term: 1 }))
  }
  await done(storage.close())
  const { bytes, base, last } = await first(storage.open())
  expect([base.index, last.index]).toEqual([395, 400])
  expect(bytes).toBeLessThan(15_000)
  await done(storage.close())
})
