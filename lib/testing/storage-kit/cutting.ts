import assert from 'node:assert/strict'
import { done, entries, entry, sameEntries, type Bench, type StorageTest } from './environment.js'

/** A log of three batches, 1 to 4, 5 to 8 and 9 to 12, of terms 1, 2 and 3, with a roster at 6. */
async function threeBatches(bench: Bench): Promise<void> {
  await bench.append(entries(1, 4))
  await bench.append([entry(5, 2), entry(6, 2, { kind: 'roster' }), entry(7, 2), entry(8, 2)])
  await bench.append(entries(9, 12, 3))
}

const truncate = (bench: Bench, from: number): Promise<void> => done(bench.storage.truncate(from))

const compact = (bench: Bench, index: number, term: number): Promise<void> =>
  done(bench.storage.compact({ index, term }))

/** Truncating and compacting. */
export const cuttingTests: readonly StorageTest[] = [
  [
    'truncates at, within and over batches, and goes on from there',
    async bench => {
      for (const from of [12, 9, 10, 5, 3, 1]) {
        await truncate(bench, 1)
        await threeBatches(bench)
        const before = await bench.read(1, 12)
        await truncate(bench, from)
        await bench.holds(before.slice(0, from - 1))
        await bench.append(entries(from, from + 5, 4))
        await bench.holds([...before.slice(0, from - 1), ...entries(from, from + 5, 4)])
      }
    },
  ],
  [
    'ends where it was truncated',
    async bench => {
      await threeBatches(bench)
      await truncate(bench, 7)
      let opened = await bench.crashAndReopen()
      assert.deepEqual(opened.last, { index: 6, term: 2 })
      assert.equal(opened.rosters.length, 1)
      await truncate(bench, 6)
      opened = await bench.crashAndReopen()
      assert.deepEqual(opened.last, { index: 5, term: 2 })
      assert.deepEqual(opened.rosters, [])
      await truncate(bench, 100)
      await truncate(bench, 1)
      opened = await bench.crashAndReopen()
      assert.deepEqual(
        [opened.base, opened.last],
        [
          { index: 0, term: 0 },
          { index: 0, term: 0 },
        ],
      )
      assert.deepEqual(opened.runs, [])
    },
  ],
  [
    'compacts at and within batches, again and again',
    async bench => {
      await threeBatches(bench)
      const all = await bench.read(1, 12)
      for (const [until, term] of [
        [2, 1],
        [4, 1],
        [6, 2],
        [3, 1],
        [6, 2],
        [11, 3],
      ] as const) {
        await compact(bench, until, term)
        const base = Math.max(until, bench.opened.base.index)
        await bench.holds(all.slice(base))
        assert.equal(bench.opened.base.index, base)
      }
      assert.deepEqual(bench.opened.base, { index: 11, term: 3 })
      assert.deepEqual(bench.opened.runs, [{ index: 12, term: 3 }])
      await bench.append(entries(13, 14, 3))
      await bench.holds([...all.slice(11), ...entries(13, 14, 3)])
    },
  ],
  [
    'tells runs and rosters of what is left',
    async bench => {
      await threeBatches(bench)
      await compact(bench, 5, 2)
      let opened = await bench.crashAndReopen()
      assert.deepEqual(opened.runs, [
        { index: 6, term: 2 },
        { index: 9, term: 3 },
      ])
      assert.equal(opened.rosters.length, 1)
      await compact(bench, 6, 2)
      opened = await bench.crashAndReopen()
      assert.deepEqual(opened.rosters, [])
      assert.deepEqual(
        [opened.base, opened.last],
        [
          { index: 6, term: 2 },
          { index: 12, term: 3 },
        ],
      )
    },
  ],
  [
    'is empty after compacting to its end and beyond, and goes on from there',
    async bench => {
      await threeBatches(bench)
      await compact(bench, 12, 3)
      let opened = await bench.crashAndReopen()
      assert.deepEqual([opened.base, opened.last, opened.runs], [{ index: 12, term: 3 }, { index: 12, term: 3 }, []])
      await compact(bench, 40, 7)
      opened = await bench.crashAndReopen()
      assert.deepEqual([opened.base, opened.last, opened.runs], [{ index: 40, term: 7 }, { index: 40, term: 7 }, []])
      await bench.append(entries(41, 43, 8))
      await bench.holds(entries(41, 43, 8))
      assert.deepEqual(bench.opened.runs, [{ index: 41, term: 8 }])
    },
  ],
  [
    'stays right through many cuts',
    async bench => {
      let [base, expected] = [0, entries(1, 0)]
      for (let round = 1; round <= 12; round++) {
        const from = base + expected.length + 1
        const batch = entries(from, from + 9, round)
        await bench.append(batch)
        expected = [...expected, ...batch]
        await truncate(bench, from + 7)
        expected = expected.slice(0, -3)
        const cut = expected[3]
        assert.ok(cut)
        await compact(bench, cut.index, cut.term)
        base = cut.index
        expected = expected.slice(4)
        sameEntries(await bench.read(base + 1, base + expected.length), expected)
      }
      await bench.holds(expected)
    },
  ],
]
