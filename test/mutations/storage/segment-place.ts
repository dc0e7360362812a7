import assert from 'node:assert/strict'
import { basename, join } from 'node:path'
import { inspect } from 'node:util'
import { seededRandom } from '../../../lib/testing/seeded-random.js'
import { done, entry, first, sameEntries } from '../../../lib/testing/storage-kit/environment.js'
import { segmentStorage } from '../../../plugins/storage-segments/index.js'
import type { FileLayer } from '../../../plugins/folder/file-layer.js'
import { isKayakError } from '../../../streams/contracts/errors.js'
import type { Opened, Storage } from '../../../streams/contracts/storage.js'
import type { LogEntry } from '../../../streams/rules/entry.js'
import { SimulatedDisk } from './simulated-disk.js'

export const KiB = 1024

export const STATE = 'state.kayak'

export const segment = (number: number): string => `log-${number.toString().padStart(16, '0')}.seg`

export const VOTER = 'a1'.repeat(16)

export const vote = (place: Place, term: number): Promise<void> =>
  done(place.current.saveTermAndVote({ term, vote: VOTER }))

/** Lets all that goes on in the background end: on a disk in memory that is a matter of turns. */
export async function rest(): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) await Promise.resolve()
}

/** An entry whose payload is of so many bytes, which are found again in its file. */
export const marked = (index: number, bytes: number, term = 1): LogEntry => {
  const payload = Buffer.alloc(bytes, `<${index} of ${term}>`)
  return entry(index, term, { payload: Uint8Array.from(payload) })
}

/** A folder on a disk in memory, in which one storage after another is open. */
export class Place {
  readonly dataDir: string
  readonly disk: SimulatedDisk
  private storage: Storage | undefined

  constructor(
    folder: string,
    private readonly segmentBytes = 8 * KiB,
    seed = 1,
    private readonly spareSegments = 2,
  ) {
    this.dataDir = join(folder, 'data')
    this.disk = new SimulatedDisk(this.dataDir, seededRandom(seed))
  }

  get current(): Storage {
    assert.ok(this.storage, 'nothing is open')
    return this.storage
  }

  async open(files: FileLayer = this.disk.layer): Promise<Opened> {
    const { dataDir, segmentBytes, spareSegments } = this
    this.storage = segmentStorage({ dataDir, segmentBytes, spareSegments, files, random: seededRandom(7) })
    return first(this.storage.open())
  }

  async append(...batch: readonly LogEntry[]): Promise<void> {
    await done(this.current.append(batch))
  }

  async close(): Promise<void> {
    await done(this.current.close())
    this.storage = undefined
  }

  /** Ends the process, or takes the power away. */
  async die(how: 'kill' | 'power'): Promise<void> {
    this.disk.die(how)
    await this.storage
      ?.close()
      .forEach(() => undefined)
      .catch(() => undefined)
    this.storage = undefined
    this.disk.settle()
  }

  /** Fails unless the log holds exactly these. */
  async holds(expected: readonly LogEntry[]): Promise<void> {
    const { base, last } = await this.open()
    assert.equal(last.index - base.index, expected.length)
    if (expected.length > 0) sameEntries(await first(this.current.read(base.index + 1, last.index, Infinity)), expected)
  }

  /** Fails unless an opening is refused for that file, with a message that says this, and leaves the file as it is. */
  async refuses(name: string, says: RegExp): Promise<void> {
    const before = this.disk.contents(name)
    const error = await this.open().then(
      () => undefined,
      (cause: unknown) => cause,
    )
    assert.ok(isKayakError(error), `must be refused, and is not: ${inspect(error)}`)
    assert.deepEqual([error.code, basename(error.file ?? '')], ['KAYAK_CORRUPT', name])
    assert.match(error.message, says)
    assert.deepEqual(this.disk.contents(name), before)
    await this.close()
  }

  contents(name: string): Buffer {
    const bytes = this.disk.contents(name)
    assert.ok(bytes, `there is no ${name}`)
    return Buffer.from(bytes)
  }

  /** Flips a bit. */
  flip(name: string, at: number): void {
    const bytes = this.contents(name)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    this.disk.damage(name, bytes)
  }

  /** Where in a file a text is. */
  find(name: string, text: string): number {
    const at = this.contents(name).indexOf(text)
    assert.ok(at >= 0, `there is no ${text} in ${name}`)
    return at
  }
}
