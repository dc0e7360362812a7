import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { done, entries, first, refused } from '../../lib/testing/storage-kit/environment.js'
import { nedbStorage, nodeFiles, type FileLayer } from '../../plugins/storage-nedb/index.js'
import type { Storage } from '../../streams/contracts/storage'
import { storageBeingRewritten } from './nedb-being-rewritten'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kayak-retiring-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

/** A disk on which the first generation of the log is removed when a test says so, or fails to be. */
function withRemoval(removed: () => Promise<unknown>): FileLayer {
  let removals = 0
  const remove = async (path: string): Promise<void> => {
    // before it is made, and once it is replaced
    if (path.endsWith('log-1.db') && ++removals === 2) await removed()
    await nodeFiles.remove(path)
  }
  return { ...nodeFiles, remove }
}

const beingRewritten = (files: FileLayer): Promise<Storage> => storageBeingRewritten(dataDir, files)

const logs = async (): Promise<readonly string[]> =>
  (await readdir(dataDir)).filter(name => name.startsWith('log-')).sort()

/** The generation of the log that the state names. */
async function generation(): Promise<number> {
  const named = (await readFile(join(dataDir, 'state.db'), 'latin1')).matchAll(/"3-log","value":(\d+)/g)
  return Number([...named].at(-1)?.[1])
}

const append = (storage: Storage, index: number): Promise<boolean> =>
  done(storage.append(entries(index, index))).then(
    () => true,
    () => false,
  )

describe('a log that has been replaced', () => {
  it('is removed beside what is written, and before the storage is closed', async () => {
    let remove: () => void = () => undefined
    const found = { isRemoved: false }
    const held = new Promise<void>(resolve => (remove = resolve)).then(() => (found.isRemoved = true))
    const storage = await beingRewritten(withRemoval(() => held))
    for (let index = 21; (await generation()) === 1; index++) expect(await append(storage, index)).toBe(true)
    // in a turn after that in which it was replaced
    await done(storage.saveTermAndVote({ term: 2, vote: undefined }))
    expect(await logs()).toEqual(['log-1.db', 'log-2.db'])
    const closed = done(storage.close()).then(() => found.isRemoved)
    // to make a storage and to close it takes longer than to close one
    const other = nedbStorage({ dataDir: join(dataDir, 'other') })
    await first(other.open())
    await done(other.close())
    remove()
    expect(await closed).toBe(true)
    expect(await logs()).toEqual(['log-2.db'])
  })

  it('and can not be removed as the storage is closed is no matter of the next opening', async () => {
    let fail: () => void = () => undefined
    const held = new Promise<void>((_, reject) => (fail = () => reject(new Error('EIO'))))
    const storage = await beingRewritten(withRemoval(() => held))
    for (let index = 21; (await generation()) === 1; index++) expect(await append(storage, index)).toBe(true)
    await done(storage.saveTermAndVote({ term: 2, vote: undefined }))
    const closed = done(storage.close())
    const opened = first(storage.open())
    fail()
    await closed
    const { last } = await opened
    expect(await append(storage, last.index + 1)).toBe(true)
    expect(await append(storage, last.index + 2)).toBe(true)
    await done(storage.close())
    expect(await logs()).toEqual(['log-2.db'])
  })

  it('ends the writing where it can not be removed, and is removed as the storage is opened again', async () => {
    const storage = await beingRewritten(withRemoval(() => Promise.reject(new Error('EIO'))))
    let index = 21
    while (await append(storage, index)) index++
    await refused(storage.append(entries(index, index)), 'KAYAK_STORAGE_FAILED')
    await done(storage.close())
    expect(await logs()).toEqual(['log-1.db', 'log-2.db'])
    const again = nedbStorage({ dataDir })
    expect((await first(again.open())).base.index).toBe(14)
    expect((await first(again.read(15, 20, Infinity))).length).toBe(6)
    await done(again.close())
    expect(await logs()).toEqual(['log-2.db'])
  })
})
