import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { done, first } from '../../lib/testing/storage-kit/environment.js'
import { nedbStorage } from '../../plugins/storage-nedb/index.js'
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
