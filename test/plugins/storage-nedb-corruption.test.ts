import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { done, entries, first } from '../../lib/testing/storage-kit/environment.js'
import { nedbStorage } from '../../plugins/storage-nedb/index.js'
import { MemoryDisk, memoryStorage } from '../../plugins/storage-memory/index.js'
import { isKayakError } from '../../streams/contracts/errors.js'
import { asyncScheduler, type Observable } from 'rxjs'
import { damagedIn, ENTRIES, OF_ONE } from '../crashes/corruption'

/*
 * What each member of the matrix in test/crashes/corruption.test.ts finds when it opens is one of these 16: where the
 * real storage says what that in memory says, all 4,096 end alike.
 */
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kayak-corruption-'))
  const storage = nedbStorage({ dataDir: join(folder, 'whole') })
  await first(storage.open())
  for (let index = 1; index <= ENTRIES; index++) await done(storage.append(entries(index, index)))
  await done(storage.saveTermAndVote({ term: 1, vote: undefined }))
  await done(storage.close())
})
afterAll(() => rm(folder, { recursive: true }))

const patterns = Array.from({ length: OF_ONE }, (_, pattern) => pattern)

/** What an opening says: the last index, or the code of its refusal and the file that it names. */
const verdict = (open$: Observable<{ last: { index: number } }>): Promise<readonly [string | number, string?]> =>
  first(open$).then(
    ({ last }) => [last.index],
    (error: unknown) => {
      if (!isKayakError(error)) throw error
      return [error.code, error.file ?? 'none']
    },
  )

/** Flips a bit within the lines of some entries, whose ends stay as they are. */
const damaged = (log: Buffer, indexes: readonly number[], share: number): Buffer => {
  const bytes = Buffer.from(log)
  // the first line is the header
  let start = 0
  for (let line = 0; start < bytes.length; line++) {
    const end = bytes.indexOf('\n', start)
    const at = start + Math.floor((end - start) * share)
    if (indexes.includes(line)) bytes[at] = (bytes[at] ?? 0) ^ 1
    start = end + 1
  }
  return bytes
}

const inMemory = async (pattern: number): Promise<readonly [string | number, string?]> => {
  const disk = new MemoryDisk()
  disk.termAndVote = { term: 1, vote: undefined }
  disk.log.append(entries(1, ENTRIES))
  for (const index of damagedIn(pattern)) disk.damage('log', index)
  return verdict(memoryStorage({ disk, clock: asyncScheduler }).open())
}

// in the checksum, in the number, and in what the line holds
test.each([0, 0.05, 0.7])(
  'of 16 ways to damage four records, all but none are refused (at %p of a line)',
  async share => {
    const log = await readFile(join(folder, 'whole', 'log-1.db'))
    for (const pattern of patterns) {
      const dataDir = join(folder, `${share} ${pattern}`)
      await cp(join(folder, 'whole'), dataDir, { recursive: true, filter: path => !path.includes('lock') })
      const file = join(dataDir, 'log-1.db')
      const bytes = damaged(log, damagedIn(pattern), share)
      await writeFile(file, bytes)
      const storage = nedbStorage({ dataDir })
      const [said, named] = await verdict(storage.open())
      await done(storage.close())
      expect([pattern, said, named]).toEqual(pattern === 0 ? [0, ENTRIES, undefined] : [pattern, 'KAYAK_CORRUPT', file])
      // and nothing of it is gone
      if (pattern > 0) expect(await readFile(file)).toEqual(bytes)
      const [inMemorySaid] = await inMemory(pattern)
      expect([pattern, inMemorySaid]).toEqual([pattern, said])
    }
  },
)
