import assert from 'node:assert/strict'
import { basename, join } from 'node:path'
import type { PlacedFile } from '../../../plugins/folder/file-layer.js'
import type { LogEntry } from '../../../streams/rules/entry.js'
import type { StorageCase } from './cases.js'
import { KiB, marked, Place, rest, segment, STATE, vote } from './segment-place.js'

const FIRST_RECORD = 4 * KiB

/** What a second half of a write in three records of an entry each comes to if the first one is torn. */
async function tornFirstOf(folder: string, before: readonly LogEntry[]): Promise<void> {
  const place = new Place(folder, 1024 * KiB)
  const from = before.length + 1
  await place.open()
  if (before.length > 0) await place.append(...before)
  // what is saved in the background would say what is on disk
  await rest()
  await place.append(...[0, 1, 2].map(at => marked(from + at, 40 * KiB)))
  await place.die('kill')
  place.flip(segment(1), before.length === 0 ? FIRST_RECORD + 40 : place.find(segment(1), `<${from} of 1>`))
  await place.holds(before)
  // of the same size, so that what has followed the torn record would follow this one
  const next = marked(from, 40 * KiB, 2)
  await place.append(next)
  await place.die('kill')
  await place.holds([...before, next])
  await place.close()
}

/** Of its header and an entry's, which come before the payload of a record with one entry. */
const HEADERS_BYTES = 32 + 48
const SECTOR_BYTES = 512

const batchOf = (bytes: number): readonly LogEntry[] => [marked(2, bytes), marked(3, bytes)]

/** How large two entries are of which the second begins a record and a sector, which nothing else makes durable then. */
async function sizeOfTwo(folder: string): Promise<number> {
  const place = new Place(join(folder, 'size'), 1024 * KiB)
  await place.open()
  await place.append(marked(1, 100))
  await place.append(...batchOf(40 * KiB))
  const over = (place.find(segment(1), '<3 of 1>') - HEADERS_BYTES) % SECTOR_BYTES
  await place.close()
  return 40 * KiB + SECTOR_BYTES - over
}

/** The process ends while it takes away what a torn write has left, and the power goes once the log has gone on. */
async function trimCutShort(folder: string, bytes: number, seed: number): Promise<void> {
  const place = new Place(join(folder, String(seed)), 1024 * KiB, seed)
  const { disk } = place
  await place.open()
  await place.append(marked(1, 100))
  await rest()
  await place.append(...batchOf(bytes))
  await place.die('kill')
  place.flip(segment(1), place.find(segment(1), '<2 of 1>'))
  // its second header is taken away, as far as anybody can read
  let writes = 0
  const strike = (path: string): void => {
    if (basename(path) === segment(1) && ++writes === 2) disk.fault = { at: disk.operations, kind: 'kill' }
  }
  const openPlaced = async (path: string): Promise<PlacedFile> => {
    const file = await disk.layer.openPlaced(path)
    const write = (part: Uint8Array, at: number): Promise<void> => {
      strike(path)
      return file.write(part, at)
    }
    return { read: (at, size) => file.read(at, size), size: () => file.size(), close: () => file.close(), write }
  }
  await place.open({ ...disk.layer, openPlaced }).catch(() => undefined)
  assert.ok(disk.isDead, 'nothing was cut short')
  await place.die('kill')
  await place.holds([marked(1, 100)])
  const next = marked(2, bytes, 2)
  await place.append(next)
  await place.die('power')
  await place.holds([marked(1, 100), next])
  await place.close()
}

/** What is left of a write that was cut short. */
export const tornCases: readonly StorageCase[] = [
  {
    name: 'what is behind a torn record does not follow the next one',
    run: folder => tornFirstOf(folder, [marked(1, 100)]),
  },
  {
    name: 'what is behind a torn first record of a segment does not follow the next one',
    run: folder => tornFirstOf(folder, []),
  },
  {
    name: 'a state whose save is torn in all of its blocks is the one before',
    run: async folder => {
      const place = new Place(folder)
      await place.open()
      await vote(place, 1)
      await vote(place, 2)
      const before = place.contents(STATE)
      await vote(place, 3)
      const after = place.contents(STATE)
      await place.die('kill')
      // a part of each block, and of its sectors
      const mixed = Buffer.from(before)
      for (let block = 0; block < 4; block++) after.copy(mixed, block * 4 * KiB, block * 4 * KiB, block * 4 * KiB + 3)
      place.disk.damage(STATE, mixed)
      assert.equal((await place.open()).termAndVote.term, 2)
      await place.close()
    },
  },
  {
    name: 'what is behind a torn record does not come back where taking it away was cut short',
    run: async folder => {
      const bytes = await sizeOfTwo(folder)
      for (let seed = 1; seed <= 40; seed++) await trimCutShort(folder, bytes, seed)
    },
  },
]
