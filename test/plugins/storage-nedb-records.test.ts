import { copyFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { done, draft, entries, first } from '../../lib/testing/storage-kit/environment.js'
import { nedbStorage } from '../../plugins/storage-nedb/index.js'
import { isKayakError } from '../../lib/index.js'
import { sealLine } from '../../plugins/storage-nedb/line.js'

const ID = 'a'.repeat(32)
const IDENTITY = { memberId: ID, clusterId: ID, address: '127.0.0.1:1', advertise: '127.0.0.1:1', standing: 'member' }

const WRONG: readonly (readonly [id: string, value: unknown])[] = [
  ...[null, 'x', 7, [], {}].map(value => ['1-identity', value] as const),
  ...[
    { memberId: 'A' },
    { memberId: undefined },
    { clusterId: null },
    { clusterId: 'x' },
    { address: '' },
    { advertise: 7 },
    { standing: 'king' },
    { more: 1 },
  ].map(change => ['1-identity', { ...IDENTITY, ...change }] as const),
  ...[
    null,
    7,
    { term: -1 },
    { term: 1.5 },
    { term: '1' },
    { term: 1, vote: null },
    { term: 1, vote: 'x' },
    { vote: ID },
  ].map(value => ['2-term', value] as const),
  ...[null, '1', -1, 1.5, 2 ** 53].map(value => ['3-log', value] as const),
  ...[null, '1', -1, 1.5, 2 ** 53].map(value => ['4-snapshot', value] as const),
]

describe('a record whose checksum is right and that kayak would not write', () => {
  let dataDir: string
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'kayak-records-'))
  })
  afterEach(() => rm(dataDir, { recursive: true }))

  it.each(WRONG)('is refused as damage that names the file: %s %j', async (id, value) => {
    const made = nedbStorage({ dataDir })
    await first(made.open())
    await done(made.saveIdentity({ ...IDENTITY, standing: 'member' }))
    await done(made.close())
    const path = join(dataDir, 'state.db')
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
    const line = sealLine(JSON.stringify({ _id: id, value }), lines.length + 1)
    await writeFile(path, [...lines, line, ''].join('\n'))
    const storage = nedbStorage({ dataDir })
    await expect(first(storage.open())).rejects.toMatchObject({ code: 'KAYAK_CORRUPT', file: path })
    await done(storage.close())
  })
})

describe('a file of terms and names that has lost its end', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kayak-records-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  /** What opening a copy comes to, of which the file is cut at a byte: `new` if it is taken for one. */
  async function openedAt(from: string, cut: number): Promise<unknown> {
    const dataDir = await mkdtemp(join(folder, 'cut-'))
    for (const name of await readdir(from))
      if (!name.startsWith('lock')) await copyFile(join(from, name), join(dataDir, name))
    await truncate(join(dataDir, 'state.db'), cut)
    const storage = nedbStorage({ dataDir })
    try {
      const { identity, last, snapshot } = await first(storage.open())
      return identity ?? (last.index === 0 && snapshot === undefined ? 'new' : 'a member without a name')
    } catch (error) {
      return isKayakError(error) ? error.code : error
    } finally {
      await done(storage.close())
    }
  }

  it.each(['a log', 'a snapshot'])('is never taken for that of a new folder beside %s', async kind => {
    const dataDir = join(folder, 'whole')
    const storage = nedbStorage({ dataDir })
    await first(storage.open())
    await done(storage.saveIdentity({ ...IDENTITY, standing: 'member' }))
    await done(storage.saveTermAndVote({ term: 1, vote: ID }))
    if (kind === 'a log') await done(storage.append(entries(1, 3)))
    else {
      const writer = storage.createSnapshot(draft(3))
      await done(writer.write(Uint8Array.of(1)))
      await first(writer.publish())
    }
    await done(storage.close())
    const bytes = await readFile(join(dataDir, 'state.db'), 'latin1')
    for (let cut = 0; cut < bytes.length; cut++) {
      // between lines is where a cut can't be told by what is cut
      if (cut > 0 && bytes[cut - 1] !== '\n' && cut % 7 !== 0) continue
      expect([cut, await openedAt(dataDir, cut)]).not.toEqual([cut, 'new'])
    }
    expect(await openedAt(dataDir, bytes.length)).toMatchObject({ memberId: ID })
  })
})
