import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asyncScheduler } from 'rxjs'
import { done, draft, entries, first } from '../../lib/testing/storage-kit/environment.js'
import { MemoryDisk, memoryStorage } from '../../plugins/storage-memory/index.js'
import { BLOCK_BYTES, sealBlock, unsealBlock, type Fields } from '../../plugins/storage-segments/block.js'
import { sealRecord, unsealHead } from '../../plugins/storage-segments/record.js'
import { FIRST_RECORD, lifeOf } from '../../plugins/storage-segments/segment.js'
import { isKayakError } from '../../streams/contracts/errors.js'
import { damagedIn, ENTRIES, OF_ONE } from '../crashes/corruption'
import { marked, Place, rest, segment } from '../mutations/storage/segment-place.js'

const STATE = 'state.kayak'
const SNAPSHOT = 'snapshot-0000000000000002.kayak'
const ID = 'a'.repeat(32)
const IDENTITY = { memberId: ID, clusterId: ID, address: '127.0.0.1:1', advertise: '127.0.0.1:1', standing: 'member' }

let folder: string
let place: Place
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kayak-damage-'))
  place = new Place(folder)
  await place.open()
})
afterEach(async () => {
  await place.close().catch(() => undefined)
  await rm(folder, { recursive: true })
})

/** What an opening comes to: what it holds, or the code of its refusal and the file that it names. */
async function verdict(): Promise<unknown> {
  try {
    const { last, base, termAndVote, snapshot } = await place.open()
    const count = last.index - base.index
    const read = count === 0 ? [] : await first(place.current.read(base.index + 1, last.index, Infinity))
    return { indexes: read.map(({ index }) => index), term: termAndVote.term, snapshot: snapshot?.index }
  } catch (error) {
    if (!isKayakError(error)) throw error
    return [error.code, error.file?.slice(place.dataDir.length + 1)]
  } finally {
    await place.close()
  }
}

/** Puts the files back as they were. */
function restoring(): () => void {
  const files = place.disk.files.map(name => [name, place.contents(name)] as const)
  return () => {
    for (const name of place.disk.files) place.disk.damage(name, undefined)
    for (const [name, bytes] of files) place.disk.damage(name, bytes)
  }
}

/** Two segments and a waiting one, closed in order. */
async function fill(): Promise<void> {
  await done(place.current.saveIdentity({ ...IDENTITY, standing: 'member' }))
  await done(place.current.saveTermAndVote({ term: 1, vote: ID }))
  for (let index = 1; index <= 4; index++) await place.append(marked(index, 1000))
  const writer = place.current.createSnapshot(draft(2))
  await done(writer.write(Uint8Array.of(1, 2, 3)))
  await first(writer.publish())
  await done(place.current.truncate(4))
  await done(place.current.compact({ index: 1, term: 1 }))
  await place.close()
}

const sealBlockOf = (holds: string, fields: Fields, format = 1): Buffer =>
  sealBlock({ holds, format, migrations: new Map() }, fields)

const fieldsOf = (name: string, at = 0): Fields => {
  const {
    kind: _,
    holds: _holds,
    format: _format,
    group: _group,
    ...fields
  } = unsealBlock(place.contents(name).subarray(at, at + BLOCK_BYTES)) ?? {}
  return fields
}

/** Where the records of a segment end: behind it there are zeros. */
const endOf = (name: string): number => {
  const bytes = place.contents(name)
  const last = bytes.findLastIndex(byte => byte !== 0)
  return last < FIRST_RECORD ? FIRST_RECORD : last + 1
}

test('a flipped bit anywhere is refused, or harmless where it is not needed', async () => {
  await fill()
  const restore = restoring()
  const whole = { indexes: [2, 3], term: 1, snapshot: 2 }
  expect(await verdict()).toEqual(whole)
  let refused = 0
  for (const name of [STATE, SNAPSHOT, segment(1), segment(2)]) {
    const isSegment = name.startsWith('log')
    const [size, end] = [place.contents(name).byteLength, isSegment ? endOf(name) : Infinity]
    const step = isSegment ? 5 : name === SNAPSHOT ? 3 : 41
    for (let at = 0; at < size; at += step) {
      restore()
      place.flip(name, at)
      const damaged = place.contents(name)
      const isHarmless = name === STATE || at >= end
      expect([name, at, await verdict()]).toEqual([name, at, isHarmless ? whole : ['KAYAK_CORRUPT', name]])
      if (isHarmless) continue
      expect(place.contents(name).equals(damaged)).toBe(true)
      refused++
    }
  }
  expect(refused).toBeGreaterThan(1000)
}, 300_000)

test('each bit of a byte counts, in a header, a record and what is in it', async () => {
  await fill()
  const restore = restoring()
  for (const at of [0, 5, 9, FIRST_RECORD, FIRST_RECORD + 3, FIRST_RECORD + 21, FIRST_RECORD + 30, FIRST_RECORD + 40])
    for (let bit = 0; bit < 8; bit++) {
      restore()
      const bytes = place.contents(segment(1))
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
      place.disk.damage(segment(1), bytes)
      expect([at, bit, await verdict()]).toEqual([at, bit, ['KAYAK_CORRUPT', segment(1)]])
    }
})

const inMemory = async (pattern: number): Promise<unknown> => {
  const disk = new MemoryDisk()
  disk.termAndVote = { term: 1, vote: undefined }
  disk.log.append(entries(1, ENTRIES))
  for (const index of damagedIn(pattern)) disk.damage('log', index)
  return first(memoryStorage({ disk, clock: asyncScheduler }).open()).then(
    ({ last }) => last.index,
    (error: unknown) => (isKayakError(error) ? error.code : error),
  )
}

/*
 * As test/plugins/storage-nedb-corruption.test.ts: where the real storage says what that in memory says, all ways to
 * damage the members of the matrix in test/crashes/corruption.test.ts end alike.
 */
test.each([0, 30, 60])('of 16 ways to damage four records, all but none are refused (%p bytes in)', async offset => {
  for (let index = 1; index <= ENTRIES; index++) await place.append(marked(index, 100))
  await place.close()
  const restore = restoring()
  for (let pattern = 0; pattern < OF_ONE; pattern++) {
    restore()
    for (const index of damagedIn(pattern))
      place.flip(segment(1), place.find(segment(1), `<${index} of 1>`) - 80 + offset)
    const said = pattern === 0 ? { indexes: entries(1, ENTRIES).map(({ index }) => index), term: 0 } : undefined
    expect([pattern, await verdict()]).toEqual([pattern, said ?? ['KAYAK_CORRUPT', segment(1)]])
    expect(await inMemory(pattern)).toBe(pattern === 0 ? ENTRIES : 'KAYAK_CORRUPT')
  }
})

test('a last write that is torn anywhere is cut off before the next', async () => {
  await place.append(marked(1, 300))
  await rest()
  await place.append(marked(2, 300), marked(3, 300))
  await place.die('kill')
  const restore = restoring()
  const bytes = place.contents(segment(1))
  const end = endOf(segment(1))
  const start = bytes.indexOf('<2 of 1>') - 80
  for (let cut = start; cut < end; cut += 7) {
    restore()
    const torn = Buffer.from(bytes)
    torn.fill(0, cut, end)
    place.disk.damage(segment(1), torn)
    await place.holds([marked(1, 300)])
    await place.append(marked(2, 20, 2))
    await place.die('power')
    await place.holds([marked(1, 300), marked(2, 20, 2)])
    await place.close()
  }
})

describe('a file that is not what its name says', () => {
  test('is missed where it is lost', async () => {
    await fill()
    const restore = restoring()
    for (const name of [STATE, SNAPSHOT, segment(1), segment(2), segment(3)]) {
      restore()
      place.disk.damage(name, undefined)
      expect(await verdict()).toEqual(['KAYAK_CORRUPT', name])
      if (name === SNAPSHOT) continue
      place.disk.damage(name, Buffer.alloc(0))
      expect(await verdict()).toEqual(['KAYAK_CORRUPT', name])
    }
  })

  test('but another segment, or one of another log, is refused', async () => {
    await fill()
    const restore = restoring()
    place.disk.damage(segment(1), place.contents(segment(2)))
    await place.refuses(segment(1), /another segment/)
    restore()
    place.disk.damage(
      segment(2),
      Buffer.concat([sealBlockOf('segment', { log: ID, number: 2 }), Buffer.alloc(BLOCK_BYTES)]),
    )
    await place.refuses(segment(2), /another log/)
  })
})

describe('how many bytes a segment has', () => {
  const write = async (): Promise<void> => {
    for (let index = 1; index <= 3; index++) await place.append(marked(index, 1000))
    await rest()
    await place.die('kill')
  }

  test('may be missing in its header, and it is read as far as it goes', async () => {
    await write()
    const bytes = place.contents(segment(1))
    const { log, number, bytes: made } = fieldsOf(segment(1))
    expect(made).toBe(bytes.byteLength)
    sealBlockOf('segment', { log, number }).copy(bytes)
    place.disk.damage(segment(1), bytes.subarray(0, bytes.indexOf('<3 of 1>')))
    await place.holds([marked(1, 1000), marked(2, 1000)])
  })

  test('counts in one that the state does not know of, too, which is no reason to remove it', async () => {
    await place.close()
    place = new Place(folder, 8192, 1, 0)
    await place.open()
    await place.append(marked(1, 3000))
    const before = place.contents(STATE)
    await place.append(marked(2, 3000))
    await place.die('kill')
    place.disk.damage(STATE, before)
    const bytes = place.contents(segment(2))
    place.disk.damage(segment(2), bytes.subarray(0, -1))
    await place.refuses(STATE, /has lost its end/)
    place.disk.damage(segment(2), bytes.subarray(0, FIRST_RECORD))
    await place.refuses(segment(2), /is cut short at 4096/)
  })

  test('is refused where its header says nonsense', async () => {
    await write()
    const header = sealBlockOf('segment', { ...fieldsOf(segment(1)), bytes: -1 })
    place.disk.damage(segment(1), Buffer.concat([header, place.contents(segment(1)).subarray(BLOCK_BYTES)]))
    await place.refuses(segment(1), /not valid \(bytes\)/)
  })
})

describe('what a later version has written', () => {
  test.each([STATE, segment(1)])('in %s is refused and left alone', async name => {
    await fill()
    const bytes = place.contents(name)
    const holds = name === STATE ? 'state' : 'segment'
    sealBlockOf(holds, { ...fieldsOf(name), more: 'of another kind' }, 2).copy(bytes)
    place.disk.damage(name, bytes)
    expect(await verdict()).toEqual(['KAYAK_VERSION', name])
    expect(place.contents(name).equals(bytes)).toBe(true)
  })

  test('as the version of entries is refused', async () => {
    await fill()
    const bytes = place.contents(segment(1))
    const seed = lifeOf(String(fieldsOf(STATE)['log']), 1)
    const at = bytes.indexOf('<1 of 1>') - 80
    const head = unsealHead(bytes, at, seed, at)
    if (head?.kind === undefined) throw new Error('There is no record.')
    sealRecord(bytes, at, seed, { ...head, kind: head.kind, version: 2 })
    place.disk.damage(segment(1), bytes)
    expect(await verdict()).toEqual(['KAYAK_VERSION', segment(1)])
  })
})

const WRONG: readonly object[] = [
  ...[null, 'x', 7, {}, { ...IDENTITY, memberId: 'A' }, { ...IDENTITY, standing: 'king' }].map(identity => ({
    identity,
  })),
  ...[null, 7, { term: -1 }, { term: 1.5 }, { term: 1, vote: 'x' }, {}].map(termAndVote => ({ termAndVote })),
  ...[null, 7, {}, { segment: 1 }, { segment: 1, at: -1 }, { segment: 'x', at: 1 }].map(mark => ({ mark })),
  ...[null, '1', -1, 1.5, 2 ** 53].flatMap(value => [
    { snapshotIndex: value },
    { firstSegment: value },
    { lastSegment: value },
  ]),
  ...[{ sequence: 0 }, { sequence: '9' }, { log: 'x' }, { log: undefined }, { more: 1 }],
]

test.each(WRONG)('a state whose checksum is right and that kayak would not write is refused: %j', async change => {
  await done(place.current.saveIdentity({ ...IDENTITY, standing: 'member' }))
  await place.close()
  const state = fieldsOf(STATE)
  const block = sealBlockOf('state', { ...state, ...change })
  place.disk.damage(STATE, Buffer.concat([block, block, block, block]))
  expect(await verdict()).toEqual(['KAYAK_CORRUPT', STATE])
})

test('what a crash has left half made is removed', async () => {
  await fill()
  const { files } = place.disk
  for (const name of ['segment.unfinished', 'state.unfinished', 'snapshot.unfinished', segment(9)])
    place.disk.damage(name, Buffer.from('half'))
  expect(await verdict()).toMatchObject({ indexes: [2, 3] })
  expect([...place.disk.files].sort()).toEqual([...files].sort())
})
