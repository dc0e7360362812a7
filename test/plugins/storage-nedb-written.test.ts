import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { done, entries, first } from '../../lib/testing/storage-kit/environment.js'
import { nedbStorage } from '../../plugins/storage-nedb/index.js'
import { sealLine, unsealLine } from '../../plugins/storage-nedb/line.js'

/*
 * NeDB writes a file anew as it loads it, and takes some documents for commands: what kayak wouldn't write is refused
 * before, however right its checksum is.
 */
let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kayak-written-'))
  const storage = nedbStorage({ dataDir })
  await first(storage.open())
  await done(storage.saveTermAndVote({ term: 5, vote: undefined }))
  await done(storage.append(entries(1, 3)))
  await done(storage.append(entries(4, 6)))
  await done(storage.truncate(5))
  await done(storage.close())
})
afterEach(() => rm(dataDir, { recursive: true }))

/** Puts other JSON into a line of a file, the checksum of which is right, and opens it. */
async function refused(name: string, number: number, change: (json: string) => string): Promise<void> {
  const path = join(dataDir, name)
  const lines = (await readFile(path, 'latin1')).trimEnd().split('\n')
  const json = change(unsealLine(lines[number - 1] ?? '', number) ?? '')
  lines[number - 1] = sealLine(json, number)
  const text = `${lines.join('\n')}\n`
  await writeFile(path, text)
  const storage = nedbStorage({ dataDir })
  await expect(first(storage.open())).rejects.toMatchObject({ code: 'KAYAK_CORRUPT', file: path })
  await done(storage.close())
  expect(await readFile(path, 'latin1')).toBe(text)
}

/** The field that comes first is replaced, or another is put behind all. */
const more = (field: string) => (json: string) => `${json.slice(0, -1)},${field}}`
const withId = (id: string) => (json: string) => json.replace(/"_id":"[^"]*"/, `"_id":${id}`)
const PLACE = '"batch":{"number":2,"offset":80,"bytes":100}'

const CHANGES: readonly (readonly [what: string, change: (json: string) => string])[] = [
  ['nothing', () => ''],
  ['null', () => 'null'],
  ['half of it', json => json.slice(0, json.length / 2)],
  ['a space more', json => json.replace(',', ', ')],
  ['an escape that it needs not', json => json.replace('"_id"', '"\\u005fid"')],
  ['a field twice', json => json.replace('{', '{"_id":"x",')],
  ['no id', withId('""')],
  ['an id that is no text', withId('7')],
  ['the mark of what is removed', more('"$$deleted":true')],
  ['a name with a point', more('"a.b":1')],
  ['a batch elsewhere', more(PLACE)],
  ['a batch that is nothing', more('"batch":null')],
]

describe.each(['log-1.db', 'state.db'])('%s is refused and left as it was', name => {
  it.each(CHANGES)('for a header with %s', (_, change) => refused(name, 1, change))
  it.each(CHANGES)('for a document with %s', (_, change) => refused(name, name === 'state.db' ? 3 : 4, change))
  it('for a header of another id', () => refused(name, 1, withId('"9"')))
  it('for a document with the id of the header', () => refused(name, name === 'state.db' ? 3 : 4, withId('"0"')))
})

it('a log that begins before its beginning is refused', () =>
  refused('log-1.db', 1, json => json.replace('"index":0', '"index":-1')))
