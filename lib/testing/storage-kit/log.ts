import assert from 'node:assert/strict'
import { entryBytes } from '../../../streams/rules/entry.js'
import { done, entries, entry, refused, sameEntries, type StorageTest } from './environment.js'

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte)
const MiB = 1024 * 1024

/** Appending and reading. */
export const logTests: readonly StorageTest[] = [
  [
    'reads what was appended, in one batch and in many',
    async bench => {
      await bench.append(entries(1, 7))
      for (let index = 8; index <= 20; index++) await bench.append([entry(index, 2)])
      await bench.holds([...entries(1, 7), ...entries(8, 20, 2)])
    },
  ],
  [
    'reads any range',
    async bench => {
      const all = entries(1, 12)
      for (let at = 0; at < 12; at += 4) await bench.append(all.slice(at, at + 4))
      for (let from = 1; from <= 12; from++)
        for (let to = from; to <= 12; to++) sameEntries(await bench.read(from, to), all.slice(from - 1, to))
    },
  ],
  [
    'reads at least one entry, and more while the bytes allow',
    async bench => {
      const all = entries(1, 9)
      await bench.append(all.slice(0, 2))
      await bench.append(all.slice(2))
      const size = all.slice(1, 4).reduce((sum, one) => sum + entryBytes(one), 0)
      sameEntries(await bench.read(2, 9, 0), all.slice(1, 2))
      sameEntries(await bench.read(2, 9, size - 1), all.slice(1, 3))
      sameEntries(await bench.read(2, 9, size), all.slice(1, 4))
    },
  ],
  [
    'refuses to read what it does not hold',
    async bench => {
      await refused(bench.storage.read(1, 1, 1000), 'KAYAK_COMPACTED')
      await bench.append(entries(1, 6))
      await refused(bench.storage.read(0, 3, 1000), 'KAYAK_COMPACTED')
      await refused(bench.storage.read(7, 7, 1000), 'KAYAK_COMPACTED')
      await done(bench.storage.compact({ index: 3, term: 1 }))
      await refused(bench.storage.read(3, 6, 1000), 'KAYAK_COMPACTED')
      sameEntries(await bench.read(4, 6), entries(4, 6))
    },
  ],
  [
    'refuses a batch that does not follow, and goes on',
    async bench => {
      await bench.append(entries(1, 3))
      await refused(bench.storage.append(entries(5, 6)))
      await refused(bench.storage.append(entries(3, 4)))
      await bench.append(entries(4, 4))
      await bench.holds(entries(1, 4))
    },
  ],
  [
    'keeps payloads of every byte, none and some MiB, and every field',
    async bench => {
      const large = new Uint8Array(4 * MiB).map((_, at) => (at * 7 + (at >> 8)) & 0xff)
      const batch = [
        entry(1, 1, { payload: EVERY_BYTE }),
        entry(2, 1, { payload: new Uint8Array(0), session: '', number: 0, kind: 'noop' }),
        entry(3, Number.MAX_SAFE_INTEGER, { payload: large, number: 2 ** 48 - 1, time: Number.MAX_SAFE_INTEGER }),
      ]
      await bench.append(batch.slice(0, 2))
      await bench.append(batch.slice(2))
      await bench.holds(batch)
    },
  ],
  [
    'tells the runs of terms and the rosters of its log',
    async bench => {
      const rosters = [entry(4, 2, { kind: 'roster' }), entry(8, 5, { kind: 'roster' })]
      await bench.append([...entries(1, 3), ...rosters.slice(0, 1)])
      await bench.append([...entries(5, 7, 2), ...rosters.slice(1), ...entries(9, 9, 5)])
      const opened = await bench.crashAndReopen()
      assert.deepEqual(opened.base, { index: 0, term: 0 })
      assert.deepEqual(opened.last, { index: 9, term: 5 })
      assert.deepEqual(opened.runs, [
        { index: 1, term: 1 },
        { index: 4, term: 2 },
        { index: 8, term: 5 },
      ])
      sameEntries(opened.rosters, rosters)
      assert.ok(opened.bytes > 0)
    },
  ],
]
