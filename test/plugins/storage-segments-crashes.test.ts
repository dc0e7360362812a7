import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lastValueFrom, type Observable } from 'rxjs'
import { seededRandom } from '../../lib/testing/seeded-random.js'
import { done, draft, entries, entry, first } from '../../lib/testing/storage-kit/environment.js'
import { segmentStorage } from '../../plugins/storage-segments/index.js'
import { isKayakError } from '../../streams/contracts/errors.js'
import type { Identity, SnapshotWriter, Storage } from '../../streams/contracts/storage.js'
import type { LogEntry } from '../../streams/rules/entry.js'
import {
  appended,
  compacted,
  dropped,
  lastOf,
  Model,
  snapshotOf,
  truncated,
  type Part,
  type Stored,
} from '../mutations/storage/model.js'
import { observe } from '../mutations/storage/observe.js'
import { SimulatedDisk, type Fault } from '../mutations/storage/simulated-disk.js'

/*
 * One script, with a crash or a failure at each operation on files in turn: before it, within it or after it, with what
 * was not synced lost, there, or there in any sectors.
 */
const identity: Identity = {
  ...{ memberId: 'c3'.repeat(16), clusterId: 'd4'.repeat(16), address: 'localhost:1', advertise: 'localhost:1' },
  standing: 'member',
}
const CHUNK = Uint8Array.of(1, 2, 3)
const large = (from: number, to: number, term: number): LogEntry[] =>
  Array.from({ length: to - from + 1 }, (_, at) =>
    entry(from + at, term, { payload: new Uint8Array(1500).fill(from + at) }),
  )

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kayak-crashes-'))
})
afterAll(() => rm(folder, { recursive: true }))

class Run {
  readonly disk: SimulatedDisk
  private readonly model = new Model()
  private storage: Storage | undefined
  private writer: SnapshotWriter | undefined

  constructor(private readonly seed: number) {
    this.disk = new SimulatedDisk(join(folder, 'data'), seededRandom(seed))
  }

  /** Does all of the script; throws where something has failed. */
  async script(): Promise<void> {
    await this.open()
    await this.step('identity', s => s.saveIdentity(identity), [identity])
    await this.vote(1)
    await this.append(entries(1, 3))
    await this.append(large(4, 6, 1))
    await this.append([entry(7, 1, { kind: 'roster' }), ...entries(8, 9)])
    await this.truncate(8)
    await this.vote(2)
    await this.append(large(8, 10, 2))
    await this.publish(6)
    await this.compact(6)
    await this.append(large(11, 14, 2))
    await this.append(entries(15, 20, 2))
    await this.reopen()
    await this.publish(16)
    await this.compact(16)
    await this.drop()
    await this.append(large(21, 23, 3))
    await this.vote(4)
    await this.append(large(24, 26, 3))
    await this.compact(40)
    await this.append(entries(41, 44, 4))
    await this.truncate(43)
    await this.append(large(43, 46, 5))
    await this.reopen()
  }

  /** What a crash has left is what was acknowledged, and it goes on from there, through another loss of power. */
  async recover(): Promise<void> {
    await this.letGo()
    if (this.disk.isDead) this.disk.settle()
    this.disk.fault = undefined
    await this.open()
    const { index, term } = lastOf(this.model.stored.log)
    for (let next = index + 1; next < index + 4; next++) await this.append([entry(next, term + 1)])
    this.disk.die('power')
    await this.letGo()
    this.disk.settle()
    await this.open()
    if (this.storage !== undefined) await done(this.storage.close())
  }

  private async letGo(): Promise<void> {
    await this.storage
      ?.close()
      .forEach(() => undefined)
      .catch(() => undefined)
  }

  private async open(): Promise<void> {
    const options = { segmentBytes: 12 * 1024, spareSegments: 2, files: this.disk.layer }
    this.storage = segmentStorage({ dataDir: join(folder, 'data'), random: seededRandom(this.seed), ...options })
    const opened = await first(this.storage.open())
    const published = [6, 16].map(index => snapshotOf(draft(index), [CHUNK]))
    const wrong = this.model.reconcile(await observe(this.storage, opened, published))
    if (wrong !== undefined) throw new Error(wrong)
  }

  private async reopen(): Promise<void> {
    if (this.storage !== undefined) await done(this.storage.close())
    await this.open()
  }

  private vote(term: number): Promise<void> {
    const vote = { term, vote: identity.memberId }
    return this.step('termAndVote', s => s.saveTermAndVote(vote), [vote])
  }

  private append(batch: readonly LogEntry[]): Promise<void> {
    return this.step('log', s => s.append(batch), appended(this.model.stored.log, batch))
  }

  private truncate(from: number): Promise<void> {
    return this.step('log', s => s.truncate(from), [truncated(this.model.stored.log, from)])
  }

  private compact(index: number): Promise<void> {
    const until = { index, term: 3 }
    return this.step('log', s => s.compact(until), [compacted(this.model.stored.log, until)])
  }

  private async publish(index: number): Promise<void> {
    const writing = this.storage?.createSnapshot(draft(index))
    this.writer = writing
    if (writing !== undefined) await done(writing.write(CHUNK))
    const { snapshots } = this.model.stored
    await this.step('snapshots', () => this.writer?.publish(), [[...snapshots, snapshotOf(draft(index), [CHUNK])]])
  }

  private drop(): Promise<void> {
    return this.step('snapshots', s => s.dropSnapshots([]), dropped(this.model.stored.snapshots, []))
  }

  /** A write that leaves the last of these values, or any where it fails. */
  private async step<P extends Part>(
    part: P,
    work: (storage: Storage) => Observable<unknown> | undefined,
    values: readonly Stored[P][],
  ): Promise<void> {
    const work$ = this.storage && work(this.storage)
    const whole = values.at(-1)
    if (work$ === undefined || whole === undefined) throw new Error('There is no storage.')
    try {
      await lastValueFrom(work$, { defaultValue: undefined })
    } catch (error) {
      this.model.unknown(part, values)
      throw error
    }
    this.model.done(part, whole)
  }
}

async function countOperations(): Promise<number> {
  const run = new Run(1)
  await run.script()
  const { operations } = run.disk
  await run.recover()
  return operations
}

async function crashAt(fault: Fault, seed: number): Promise<'failed' | 'unnoticed'> {
  const run = new Run(seed)
  run.disk.fault = fault
  const end = await run.script().then(
    () => 'unnoticed' as const,
    (error: unknown) => {
      if (isKayakError(error) && error.code === 'KAYAK_STORAGE_FAILED') return 'failed' as const
      throw error
    },
  )
  await run.recover()
  return end
}

test.each([
  ['power', 3],
  ['kill', 1],
  ['error', 1],
] as const)(
  'a %s at each operation leaves all that was acknowledged, and nothing else',
  async (kind, times) => {
    const count = await countOperations()
    expect(count).toBeGreaterThan(100)
    const ends = { failed: 0, unnoticed: 0 }
    for (let at = 1; at <= count; at++)
      for (let seed = 1; seed <= times; seed++) {
        const end = await crashAt({ at, kind }, 1000 * at + seed).catch((cause: unknown) => {
          throw new Error(`${kind} at ${at} with seed ${1000 * at + seed}`, { cause })
        })
        ends[end]++
      }
    expect(ends.failed).toBeGreaterThan(count / 2)
  },
  300_000,
)
