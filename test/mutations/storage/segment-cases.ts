import assert from 'node:assert/strict'
import { basename } from 'node:path'
import { done, first, refused, sameEntries } from '../../../lib/testing/storage-kit/environment.js'
import { BLOCK_BYTES } from '../../../plugins/storage-segments/block.js'
import type { LogEntry } from '../../../streams/rules/entry.js'
import type { StorageCase } from './cases.js'
import { KiB, marked, Place, rest, segment, STATE, vote, VOTER } from './segment-place.js'
import { tornCases } from './segment-torn-cases.js'

/** Of so many bytes two entries fill a segment. */
const HALF = 1800

const lives: readonly StorageCase[] = [
  {
    name: 'what an earlier life of a file has left never comes back',
    run: async folder => {
      const place = new Place(folder)
      await place.open()
      for (let index = 1; index <= 8; index++) await place.append(marked(index, HALF))
      await done(place.current.compact({ index: 6, term: 1 }))
      // the next segments are those that were dropped
      for (let index = 9; index <= 11; index++) await place.append(marked(index, HALF))
      assert.ok(place.disk.files.some(name => name > segment(4) && place.contents(name).includes('<2 of 1>')))
      for (const how of ['kill', 'power'] as const) {
        await place.die(how)
        await place.holds([7, 8, 9, 10, 11].map(index => marked(index, HALF)))
      }
      await place.close()
    },
  },
  {
    name: 'a segment is used again only after those who read it have done so',
    run: async folder => {
      const place = new Place(folder)
      let release = (): void => undefined
      let isHeld = false
      const gate = new Promise<void>(resolve => (release = resolve))
      const { layer } = place.disk
      await place.open({
        ...layer,
        openPlaced: async path => {
          const file = await layer.openPlaced(path)
          const read = async (offset: number, size: number): Promise<Uint8Array> => {
            if (isHeld && basename(path) === segment(1)) await gate
            return file.read(offset, size)
          }
          return {
            write: (bytes, at) => file.write(bytes, at),
            size: () => file.size(),
            close: () => file.close(),
            read,
          }
        },
      })
      for (let index = 1; index <= 6; index++) await place.append(marked(index, HALF))
      isHeld = true
      const reading = first(place.current.read(1, 3, Infinity))
      await done(place.current.compact({ index: 5, term: 1 }))
      // longer than it would take to use it again
      await rest()
      release()
      sameEntries(
        await reading,
        [1, 2, 3].map(index => marked(index, HALF)),
      )
      await place.close()
    },
  },
  {
    name: 'all of a log is read in the moment in which its next segment begins',
    run: async folder => {
      const place = new Place(folder)
      const { layer } = place.disk
      const reads: Promise<readonly LogEntry[]>[] = []
      const readSoon = async (): Promise<void> => {
        for (let turn = 0; turn < 10; turn++) {
          reads.push(first(place.current.read(1, 2, Infinity)))
          await Promise.resolve()
        }
      }
      await place.open({
        ...layer,
        openPlaced: async path => {
          const file = await layer.openPlaced(path)
          return {
            write: async (bytes, at) => {
              await file.write(bytes, at)
              if (basename(path) === segment(2) && at > 0) void readSoon()
            },
            size: () => file.size(),
            close: () => file.close(),
            read: (offset, size) => file.read(offset, size),
          }
        },
      })
      const entries = [1, 2, 3].map(index => marked(index, HALF))
      for (const each of entries) await place.append(each)
      assert.equal(reads.length, 10)
      for (const read of reads) sameEntries(await read, entries.slice(0, 2))
      await place.close()
    },
  },
]

const rotten: readonly StorageCase[] = [
  {
    name: 'damage in what was written before the last write is told from a torn end',
    run: async folder => {
      const place = new Place(folder, 64 * KiB)
      await place.open()
      for (let index = 1; index <= 5; index++) await place.append(marked(index, 300))
      await place.die('kill')
      for (let index = 1; index <= 4; index++) {
        const at = place.find(segment(1), `<${index} of 1>`)
        place.flip(segment(1), at)
        await place.refuses(segment(1), /is damaged at \d+/)
        place.flip(segment(1), at)
      }
      // of the last one nobody can know
      place.flip(segment(1), place.find(segment(1), '<5 of 1>'))
      await place.holds([1, 2, 3, 4].map(index => marked(index, 300)))
      // from here on it is known how far the log was on disk
      await place.die('kill')
      place.flip(segment(1), place.find(segment(1), '<4 of 1>'))
      await place.refuses(segment(1), /is damaged at \d+/)
    },
  },
  {
    name: 'damage in the last write of a segment that another follows is told from a torn end',
    run: async folder => {
      const place = new Place(folder)
      await place.open()
      for (let index = 1; index <= 3; index++) await place.append(marked(index, HALF))
      await place.die('kill')
      place.flip(segment(1), place.find(segment(1), '<2 of 1>'))
      await place.refuses(segment(1), /is damaged at \d+/)
    },
  },
  {
    name: 'a damaged begin of a segment that others follow is no torn one',
    run: async folder => {
      const place = new Place(folder)
      await place.open()
      for (let index = 1; index <= 5; index++) await place.append(marked(index, HALF))
      await place.die('kill')
      place.flip(segment(2), 4 * KiB + 40)
      await place.refuses(segment(2), /is damaged at 4096/)
    },
  },
  {
    name: 'no block of the state alone holds something',
    run: async folder => {
      const place = new Place(folder)
      await place.open()
      for (let term = 1; term <= 4; term++) {
        await vote(place, term)
        await place.die('kill')
        for (let block = 0; block < 4; block++) {
          place.flip(STATE, block * 4 * KiB + 100)
          const { termAndVote } = await place.open()
          assert.deepEqual([term, block, termAndVote], [term, block, { term, vote: VOTER }])
          await place.die('kill')
        }
        await place.open()
      }
      await place.close()
    },
  },
  {
    name: 'a state that is older than the log says is refused',
    run: async folder => {
      const place = new Place(folder)
      await place.open()
      await vote(place, 1)
      const before = place.contents(STATE)
      await vote(place, 2)
      await place.append(marked(1, 100, 2))
      await place.die('kill')
      place.disk.damage(STATE, before)
      await place.refuses(STATE, /has lost its end/)
    },
  },
  {
    name: 'a state that is shorter than it was made is refused',
    run: async folder => {
      const place = new Place(folder)
      await place.open()
      for (let term = 1; term <= 2; term++) {
        await vote(place, term)
        await place.die('kill')
        const whole = place.contents(STATE)
        for (const blocks of [0, 1, 2, 3, 3.5]) {
          place.disk.damage(STATE, whole.subarray(0, blocks * 4 * KiB))
          await place.refuses(STATE, /has lost its end/)
        }
        place.disk.damage(STATE, whole)
        const { termAndVote } = await place.open()
        assert.deepEqual(termAndVote, { term, vote: VOTER })
      }
      await place.close()
    },
  },
  {
    name: 'a state that does not know of a segment with records is refused, and the segment stays',
    run: async folder => {
      const place = new Place(folder, 8 * KiB, 1, 0)
      await place.open()
      const used = 6
      const known = (): number => place.disk.files.filter(name => name.endsWith('.seg')).length
      const before: Buffer[] = []
      for (let index = 1; index <= 2 * used; index++) {
        if (known() < used) before.push(place.contents(STATE))
        await place.append(marked(index, HALF))
        await rest()
      }
      assert.ok(before.length > used)
      await place.die('kill')
      const files = [...place.disk.files]
      for (const state of before) {
        place.disk.damage(STATE, state)
        await place.refuses(STATE, /has lost its end/)
        assert.deepEqual([...place.disk.files], files)
      }
    },
  },
  {
    name: 'a segment that is cut short anywhere is refused, in use or not, though nothing says how far the log was on disk',
    run: async folder => {
      const place = new Place(folder)
      await place.open()
      for (let index = 1; index <= 3; index++) await place.append(marked(index, 1000))
      await rest()
      await place.die('kill')
      for (const name of [segment(1), segment(2)]) {
        const bytes = place.contents(name)
        for (let size = bytes.byteLength - 1; size >= 0; size -= 97) {
          place.disk.damage(name, bytes.subarray(0, size))
          await place.refuses(name, size < BLOCK_BYTES ? /is damaged at 0/ : new RegExp(`is cut short at ${size}\\b`))
        }
        place.disk.damage(name, bytes)
      }
      await place.holds([1, 2, 3].map(index => marked(index, 1000)))
      await place.close()
    },
  },
]

const background: readonly StorageCase[] = [
  {
    name: 'what fails in the background fails the next write',
    run: async folder => {
      const place = new Place(folder)
      const { layer } = place.disk
      const isSecond = (path: string): boolean => basename(path) === segment(2)
      const rename = (from: string, to: string): Promise<void> =>
        isSecond(to) ? Promise.reject(new Error('EIO')) : layer.rename(from, to)
      await place.open({ ...layer, rename })
      await place.append(marked(1, 100))
      await rest()
      await refused(place.current.append([marked(2, 100)]), 'KAYAK_STORAGE_FAILED')
      await place.close()
    },
  },
  {
    name: 'the power may go at any moment while a folder is made',
    run: async folder => {
      for (let at = 1; ; at++) {
        let isOver = false
        for (let seed = 1; seed <= 25; seed++) {
          const place = new Place(folder, 8 * KiB, 100 * at + seed)
          place.disk.fault = { at, kind: 'power' }
          await place.open().catch(() => undefined)
          isOver = !place.disk.isDead
          await place.die('power')
          await place.holds([])
          await place.append(marked(1, 100))
          await place.die('power')
          await place.holds([marked(1, 100)])
          await place.close()
        }
        if (isOver) return
      }
    },
  },
]

/** What the protections of a storage of segments are for, each by itself. */
export const segmentCases: readonly StorageCase[] = [...lives, ...tornCases, ...rotten, ...background]
