import assert from 'node:assert/strict'
import { firstValueFrom, lastValueFrom, type Observable } from 'rxjs'
import type { Opened, SnapshotDraft, SnapshotMeta, Storage } from '../../../streams/contracts/storage.js'
import { isKayakError, type ErrorCode } from '../../../streams/contracts/errors.js'
import type { EntryKind, LogEntry } from '../../../streams/rules/entry.js'
import type { Roster } from '../../../streams/rules/roster.js'

/** One place that storages are opened over, one after another. */
export interface StorageEnvironment {
  /** Another storage over the same place, not opened yet. */
  open(): Storage
  /** Takes the power away: what isn't durable is lost, and storages made before are dead. */
  crash?(): void | Promise<void>
  /** Removes everything. */
  dispose(): void | Promise<void>
}

/** A test of a kit: it rejects if the implementation doesn't do what its contract says. */
export interface KitTest {
  readonly name: string
  /** Rejects if what is tried isn't what the contract says. */
  readonly run: () => Promise<void>
}

/** What one test does with a fresh environment. */
export type StorageTest = readonly [name: string, body: (bench: Bench) => Promise<void>]

export const done = (work$: Observable<never>): Promise<void> => lastValueFrom(work$, { defaultValue: undefined })

export const first = <T>(work$: Observable<T>): Promise<T> => firstValueFrom(work$)

/** Fails unless the work fails with a KayakError, of that code if one is named. */
export async function refused(work$: Observable<unknown>, code?: ErrorCode): Promise<void> {
  try {
    await lastValueFrom(work$, { defaultValue: undefined })
  } catch (error) {
    assert.ok(isKayakError(error), `must be a KayakError: ${String(error)}`)
    if (code !== undefined) assert.equal(error.code, code)
    return
  }
  assert.fail(`must fail${code === undefined ? '' : ` with ${code}`}`)
}

export const entry = (index: number, term = 1, more: Partial<LogEntry> = {}): LogEntry => ({
  index,
  term,
  kind: 'data' satisfies EntryKind,
  time: 1_700_000_000_000 + index,
  session: '00112233445566778899',
  number: index,
  payload: new TextEncoder().encode(`payload ${index}`),
  ...more,
})

/** Entries from `from` to `to`, both inclusive. */
export const entries = (from: number, to: number, term = 1): LogEntry[] =>
  Array.from({ length: to - from + 1 }, (_, at) => entry(from + at, term))

const settings = { electionTimeoutMs: 1000, leaseMs: 0, clockBoundMs: 0 }
const member = { id: 'ab'.repeat(16), address: 'localhost:1024', incarnation: 1 }

export const roster: Roster = { index: 1, voters: [member], outgoing: [], learners: [], settings }

export const draft = (index: number, term = 1): SnapshotDraft => ({ index, term, time: 17, roster, sessionBytes: 0 })

const plain = ({ payload, ...rest }: LogEntry): unknown => ({ ...rest, payload: Buffer.from(payload).toString('hex') })

/** Compares entries by value, whatever kind of array their payloads are. */
export const sameEntries = (actual: readonly LogEntry[], expected: readonly LogEntry[]): void =>
  assert.deepEqual(actual.map(plain), expected.map(plain))

/** An environment with a storage open over it. */
export class Bench {
  private constructor(
    readonly environment: StorageEnvironment,
    public storage: Storage,
    public opened: Opened,
  ) {}

  static async begin(environment: StorageEnvironment): Promise<Bench> {
    const storage = environment.open()
    return new Bench(environment, storage, await first(storage.open()))
  }

  /** Closes the storage and opens another one. */
  async reopen(): Promise<Opened> {
    await done(this.storage.close())
    return this.openAgain()
  }

  /** Takes the power away, if the environment can, and opens another storage. */
  async crashAndReopen(): Promise<Opened> {
    if (this.environment.crash === undefined) return this.reopen()
    await this.environment.crash()
    return this.openAgain()
  }

  async end(): Promise<void> {
    try {
      await done(this.storage.close())
    } finally {
      await this.environment.dispose()
    }
  }

  append(batch: readonly LogEntry[]): Promise<void> {
    return done(this.storage.append(batch))
  }

  read(from: number, to: number, maxBytes = Number.MAX_SAFE_INTEGER): Promise<readonly LogEntry[]> {
    return first(this.storage.read(from, to, maxBytes))
  }

  /** Fails unless the log holds exactly these entries, now and after a crash. */
  async holds(expected: readonly LogEntry[]): Promise<void> {
    await this.holdsNow(expected)
    const { base, last } = await this.crashAndReopen()
    assert.equal(last.index - base.index, expected.length)
    await this.holdsNow(expected)
  }

  /** Writes and publishes a snapshot. */
  async snapshot(index: number, chunks: readonly Uint8Array[], term = 1): Promise<SnapshotMeta> {
    const writer = this.storage.createSnapshot(draft(index, term))
    for (const chunk of chunks) await done(writer.write(chunk))
    return first(writer.publish())
  }

  private async holdsNow(expected: readonly LogEntry[]): Promise<void> {
    const [from, to] = [expected[0]?.index, expected.at(-1)?.index]
    if (from !== undefined && to !== undefined) sameEntries(await this.read(from, to), expected)
  }

  private async openAgain(): Promise<Opened> {
    this.storage = this.environment.open()
    this.opened = await first(this.storage.open())
    return this.opened
  }
}
