import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { entry } from '../../lib/testing/storage-kit/environment.js'
import { nodeFiles, type FileLayer } from '../../plugins/storage-nedb/index.js'
import { LogBook } from '../../plugins/storage-nedb/log-book.js'
import { Rewriting } from '../../plugins/storage-nedb/rewriting.js'

const KIB = 1024
/** Of a file that is made: of what NeDB has put there, and of its header. */
const MAKING_SYNCS = 2

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kayak-copying-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** How often a log of 64 entries of 64 KiB is copied to which so many are added as each time ends. */
async function passes(added: readonly number[]): Promise<number> {
  const log = await LogBook.create(nodeFiles, join(folder, 'log-1.db'))
  const append = (count: number): Promise<void> => {
    const { index } = log.state.shape.last
    const payload = new Uint8Array(64 * KIB)
    return log.append(Array.from({ length: count }, (_, at) => entry(index + 1 + at, 1, { payload })))
  }
  await append(64)
  let syncs = 0
  const left = [...added]
  const files: FileLayer = {
    ...nodeFiles,
    open: async (path, how) => {
      const file = await nodeFiles.open(path, how)
      const sync = async (): Promise<void> => {
        if (++syncs > MAKING_SYNCS) await append(left.shift() ?? 0)
        return file.sync()
      }
      return {
        sync,
        append: bytes => file.append(bytes),
        read: (offset, size) => file.read(offset, size),
        size: () => file.size(),
        close: () => file.close(),
      }
    },
  }
  const rewriting = new Rewriting(log, files, join(folder, 'log-2.db'))
  await rewriting.copied
  const counted = syncs - MAKING_SYNCS
  // nobody appends in the turn that ends it
  left.length = 0
  const copy = await rewriting.finish()
  expect(copy.state.shape.last).toEqual(log.state.shape.last)
  await copy.close()
  await log.close()
  return counted
}

describe('a log is copied beside the appends', () => {
  it('once where a step is left', async () => expect(await passes([2])).toBe(1))
  it('again as long as less than half is left', async () => expect(await passes([30, 14, 6, 1])).toBe(4))
  it('no longer where it gains nothing', async () => expect(await passes([30, 20, 20, 20, 20])).toBe(2))
})
