import assert from 'node:assert/strict'
import { crc32 } from '../../../streams/contracts/checksum.js'
import { done, draft, entries, first, refused, type Bench, type StorageTest } from './environment.js'

const KiB = 1024
const MiB = 1024 * KiB

const bytes = (length: number, seed: number): Uint8Array =>
  new Uint8Array(length).map((_, at) => (at * 31 + (at >> 8) + seed) & 0xff)

/** The whole stream of a snapshot, read in pieces, until there is no more. */
async function readAll(bench: Bench, index: number, step: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for (let offset = 0; ;) {
    const piece = await first(bench.storage.readSnapshot(index, offset, step))
    if (piece.byteLength === 0) return Buffer.concat(pieces)
    assert.ok(piece.byteLength <= step)
    pieces.push(Uint8Array.from(piece))
    offset += piece.byteLength
  }
}

const readable = async (bench: Bench, index: number, expected: Uint8Array, step: number): Promise<void> =>
  assert.equal(Buffer.compare(await readAll(bench, index, step), expected), 0)

export const snapshotTests: readonly StorageTest[] = [
  [
    'publishes a snapshot of some chunks and reads it from any offset',
    async bench => {
      const whole = bytes(1000, 1)
      const meta = await bench.snapshot(5, [whole.subarray(0, 300), whole.subarray(300, 300), whole.subarray(300)], 2)
      assert.deepEqual(meta, { ...draft(5, 2), bytes: 1000, checksum: crc32(whole) })
      await readable(bench, 5, whole, 77)
      const middle = await first(bench.storage.readSnapshot(5, 500, 20))
      assert.deepEqual([...middle], [...whole.subarray(500, 520)])
      assert.deepEqual((await bench.crashAndReopen()).snapshot, meta)
      await readable(bench, 5, whole, 5000)
    },
  ],
  [
    'keeps an empty snapshot and one of several MiB',
    async bench => {
      await bench.snapshot(1, [])
      assert.equal((await bench.crashAndReopen()).snapshot?.bytes, 0)
      assert.equal((await readAll(bench, 1, 10)).byteLength, 0)
      const whole = bytes(5 * MiB + 123, 3)
      const chunks = Array.from({ length: 6 }, (_, at) => whole.subarray(at * MiB, (at + 1) * MiB))
      await bench.snapshot(9, chunks)
      await bench.crashAndReopen()
      await readable(bench, 9, whole, 700_001)
    },
  ],
  [
    'keeps chunks of all sizes in their order',
    async bench => {
      const sizes = [1000, 64 * KiB, 10, 100_000, 64 * KiB - 1, 1, 0, 3, 64 * KiB + 1, 40_000, 40_000, 7]
      const chunks = sizes.map((size, at) => bytes(size, at))
      await bench.snapshot(4, chunks)
      await bench.crashAndReopen()
      await readable(bench, 4, Buffer.concat(chunks), 100_000)
    },
  ],
  [
    'does not keep a chunk that its writer changes afterwards',
    async bench => {
      const chunk = bytes(100, 5)
      const expected = Uint8Array.from(chunk)
      const writer = bench.storage.createSnapshot(draft(3))
      await done(writer.write(chunk))
      chunk.fill(0)
      await first(writer.publish())
      await readable(bench, 3, expected, 100)
    },
  ],
  [
    'refuses a snapshot that is not newer than the newest',
    async bench => {
      await bench.snapshot(8, [bytes(10, 1)])
      for (const index of [7, 8]) {
        const writer = bench.storage.createSnapshot(draft(index))
        await done(writer.write(bytes(10, 2)))
        await refused(writer.publish())
        await done(writer.discard())
      }
      await bench.append(entries(1, 1))
      assert.equal((await bench.crashAndReopen()).snapshot?.index, 8)
      await readable(bench, 8, bytes(10, 1), 10)
    },
  ],
  [
    'shows nothing of a snapshot that was not published',
    async bench => {
      const meta = await bench.snapshot(2, [bytes(10, 1)])
      await done(bench.storage.createSnapshot(draft(4)).write(bytes(100, 2)))
      await refused(bench.storage.readSnapshot(4, 0, 10))
      assert.deepEqual((await bench.crashAndReopen()).snapshot, meta)
      const discarded = bench.storage.createSnapshot(draft(5))
      await done(discarded.write(bytes(100, 2)))
      await done(discarded.discard())
      await refused(discarded.publish())
      assert.deepEqual((await bench.crashAndReopen()).snapshot, meta)
    },
  ],
  [
    'discards what an earlier writer has left unfinished',
    async bench => {
      const earlier = bench.storage.createSnapshot(draft(4))
      await done(earlier.write(bytes(100, 1)))
      await bench.snapshot(5, [bytes(50, 2)])
      await refused(earlier.publish())
      await readable(bench, 5, bytes(50, 2), 64)
      assert.equal((await bench.crashAndReopen()).snapshot?.index, 5)
    },
  ],
  [
    'drops older snapshots but for those named',
    async bench => {
      for (const index of [1, 2, 3, 4]) await bench.snapshot(index, [bytes(10, index)])
      await done(bench.storage.dropSnapshots([2]))
      for (const index of [1, 3]) await refused(bench.storage.readSnapshot(index, 0, 10))
      for (const index of [2, 4]) await readable(bench, index, bytes(10, index), 10)
      assert.equal((await bench.crashAndReopen()).snapshot?.index, 4)
      for (const index of [2, 4]) await readable(bench, index, bytes(10, index), 10)
      await done(bench.storage.dropSnapshots([]))
      await refused(bench.storage.readSnapshot(2, 0, 10))
      await readable(bench, 4, bytes(10, 4), 10)
    },
  ],
  [
    'writes a snapshot beside other writes and reads',
    async bench => {
      const writer = bench.storage.createSnapshot(draft(3))
      await Promise.all([done(writer.write(bytes(MiB, 1))), bench.append(entries(1, 5))])
      await Promise.all([first(writer.publish()), done(bench.storage.compact({ index: 3, term: 1 })), bench.read(4, 5)])
      const { snapshot, base } = await bench.crashAndReopen()
      assert.deepEqual([snapshot?.index, base.index], [3, 3])
      await bench.holds(entries(4, 5))
    },
  ],
]
