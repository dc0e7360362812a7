import type { CallKind } from './calls.js'
import type { Random } from '../../streams/contracts/clock.js'
import type { Identity, Opened, SnapshotMeta, TermAndVote } from '../../streams/contracts/storage.js'
import { entryBytes, type LogEntry, type Position } from '../../streams/rules/entry.js'
import { Calls, type CrashPoint } from './calls.js'
import { Damage, type Damageable } from './damage.js'
import { MemoryLog } from './memory-log.js'

/** What a kind of operation does: its work, fail with `KAYAK_STORAGE_FAILED`, or never end until told to work again. */
export type Behaviour = 'work' | 'fail' | 'hang'

/** What is left of a write that was under way at a crash; a part is the share of a batch's entries, from 0 to 1. */
export type Torn = 'lost' | 'whole' | { readonly part: number }

/** A snapshot as it is on the disk, kayak's own part too. */
export interface StoredSnapshot {
  readonly meta: SnapshotMeta
  readonly bytes: Uint8Array
}

/** What would be there after a power loss now. Views, not copies: good until the next event. */
export interface Durable {
  readonly identity: Identity | undefined
  readonly termAndVote: TermAndVote
  readonly base: Position
  readonly last: Position
  readonly entries: readonly LogEntry[]
  /** Ascending by index. */
  readonly snapshots: readonly StoredSnapshot[]
}

/** A write on its way: what it does to the disk when it is synced, or in part when a crash tears it. */
export interface PendingWrite {
  readonly commit: () => void
  /** Keeps a share of it; where a write is atomic there is none. */
  readonly tear?: (part: number) => void
  /** Of how many parts there can be a share. */
  readonly parts?: number
}

/** What a disk in memory is made with. */
export interface MemoryDiskOptions {
  /** Draws latencies, and what a crash leaves of a write under way. Without it a crash loses all that isn't synced. */
  readonly random?: Random
}

/**
 * The disk under memory storages. It outlives them, so that another can be opened over what a crash has left.
 * Everything that is on it is durable: a write gets there when it completes.
 */
export class MemoryDisk {
  /** How long an operation takes, in milliseconds; a pair is drawn from, the end excluded. Default 0. */
  latencyMs: number | readonly [number, number] = 0
  identity: Identity | undefined
  termAndVote: TermAndVote = { term: 0, vote: undefined }
  readonly log = new MemoryLog()
  readonly snapshots: StoredSnapshot[] = []
  /** What is being written, and by which kind of call, oldest first. */
  readonly pending = new Map<PendingWrite, CallKind>()
  /** The calls of all storages that have been on it. */
  readonly calls = new Calls()
  private readonly damaged = new Damage()
  private behaviours: Record<'writes' | 'reads', Behaviour> = { writes: 'work', reads: 'work' }
  private failingWrites = 0
  private hung: (() => void)[] = []
  private holder: object | undefined

  constructor(private readonly options: MemoryDiskOptions = {}) {}

  /** What all writes do, from when it is set on. */
  get writes(): Behaviour {
    return this.behaviours.writes
  }

  /** Lets all writes do something else from now on. */
  set writes(behaviour: Behaviour) {
    this.behave('writes', behaviour)
  }

  /** What all reads do, from when it is set on. */
  get reads(): Behaviour {
    return this.behaviours.reads
  }

  /** Lets all reads do something else from now on. */
  set reads(behaviour: Behaviour) {
    this.behave('reads', behaviour)
  }

  /** Lets the next write fail, or the next few. */
  failNextWrite(count = 1): void {
    this.failingWrites = count
  }

  /**
   * The power goes: what was under way is lost, or what `torn` leaves of it, drawn if there is a random source. The
   * storage that held the disk is dead, and the lock is free.
   */
  crash(torn?: Torn): void {
    for (const write of this.pending.keys()) this.tear(write, torn ?? this.drawTorn())
    this.pending.clear()
    this.hung = []
    this.holder = undefined
  }

  /**
   * Calls `crash` once at a moment of a call that is to come, counted by {@link Calls.count}: `crash` takes the process
   * down, and with it the disk by {@link MemoryDisk.crash}. What is left of that one call is what `when` says; the call
   * itself never ends. Takes the place of an earlier order that hasn't been carried out; returns what calls it off.
   *
   * ```ts
   * disk.crashAt({ call: disk.calls.count + 3, when: 'after' }, () => member.crash())
   * ```
   */
  crashAt(point: CrashPoint, crash: () => void): () => void {
    return this.calls.arm(point, crash)
  }

  /**
   * Damages a record, as bits that have flipped in its file: the next opening refuses with `KAYAK_CORRUPT`, and so does
   * a read that comes to it. The last record of a log is no exception: whole, and not as it was written, it may be one
   * that was acknowledged, where a torn one can't be.
   *
   * @param index - of an entry or a snapshot; by default the last.
   */
  damage(what: Damageable, index?: number): void {
    this.damaged.add(this.record(what, index), index === undefined ? what : `${what} ${index}`)
  }

  /** Loses the log and the snapshots, and keeps whose it is, the term and the vote. Only while nobody has it open. */
  loseLog(): void {
    this.log.reset()
    this.snapshots.length = 0
  }

  /** Whether anything that is on it is damaged. */
  get isDamaged(): boolean {
    const { identity, termAndVote, log, snapshots, damaged } = this
    return [identity, termAndVote, ...log.entries, ...snapshots].some(record => damaged.has(record))
  }

  /** Whether it can be opened: what an opening would look at is as it was written. */
  get isReadable(): boolean {
    const { identity, termAndVote, log, snapshots, damaged } = this
    return ![identity, termAndVote, ...log.entries, snapshots.at(-1)].some(record => damaged.has(record))
  }

  /** Whether a storage has it open. */
  get isLocked(): boolean {
    return this.holder !== undefined
  }

  /** Fails for a record that is damaged. @internal */
  check(record: object | undefined, file: string): void {
    this.damaged.check(record, file)
  }

  /** A write has failed, and of it the disk has what a crash would leave: nothing, all, or a part. @internal */
  leave(write: PendingWrite): void {
    this.tear(write, this.drawTorn())
  }

  /** What would be there after a power loss now. */
  durable(): Durable {
    const { identity, termAndVote, log, snapshots } = this
    return { identity, termAndVote, base: log.base, last: log.last, entries: log.entries, snapshots }
  }

  /** @internal */
  lock(holder: object): boolean {
    if (this.holder !== undefined) return false
    this.holder = holder
    return true
  }

  /** @internal */
  isHeldBy(holder: object): boolean {
    return this.holder === holder
  }

  /** @internal */
  unlock(holder: object): void {
    if (this.holder !== holder) return
    this.holder = undefined
    this.pending.clear()
    this.hung = []
  }

  /** What becomes of an operation that ends now. @internal */
  judge(kind: 'writes' | 'reads'): Behaviour {
    if (kind === 'writes' && this.failingWrites > 0) {
      this.failingWrites--
      return 'fail'
    }
    return this.behaviours[kind]
  }

  /** Keeps a hung operation until the disk works again. @internal */
  park(resume: () => void): void {
    this.hung.push(resume)
  }

  /** @internal */
  drawLatency(): number {
    if (typeof this.latencyMs === 'number') return this.latencyMs
    const [least, end] = this.latencyMs
    return least + (end - least) * (this.options.random?.next() ?? 0)
  }

  /** @internal */
  opened(): Opened {
    const { identity, termAndVote, log } = this
    this.checkAll()
    return {
      identity,
      termAndVote,
      snapshot: this.snapshots.at(-1)?.meta,
      base: log.base,
      last: log.last,
      runs: log.runs(),
      rosters: log.entries.filter(({ kind }) => kind === 'roster'),
      bytes: log.entries.reduce((sum, entry) => sum + entryBytes(entry), 0),
    }
  }

  /** A record found damaged is an error, wherever it is: what would be cut off may have been acknowledged. */
  private checkAll(): void {
    const { identity, termAndVote, log } = this
    this.check(identity, 'state')
    this.check(termAndVote, 'state')
    for (const entry of log.entries) this.check(entry, 'log')
    const newest = this.snapshots.at(-1)
    this.check(newest, `snapshot-${newest?.meta.index ?? 0}`)
  }

  private record(what: Damageable, index: number | undefined): object | undefined {
    const { identity, termAndVote, log, snapshots } = this
    if (what === 'identity') return identity
    if (what === 'term-and-vote') return termAndVote
    if (index === undefined) return what === 'log' ? log.entries.at(-1) : snapshots.at(-1)
    if (what === 'log') return log.entries.find(entry => entry.index === index)
    return snapshots.find(({ meta }) => meta.index === index)
  }

  private behave(kind: 'writes' | 'reads', behaviour: Behaviour): void {
    this.behaviours = { ...this.behaviours, [kind]: behaviour }
    if (behaviour === 'hang') return
    const waiting = this.hung
    this.hung = []
    for (const resume of waiting) resume()
  }

  private drawTorn(): Torn {
    const { random } = this.options
    if (random === undefined) return 'lost'
    const draw = random.next()
    return draw < 1 / 3 ? 'lost' : draw < 2 / 3 ? 'whole' : { part: random.next() }
  }

  private tear(write: PendingWrite, torn: Torn): void {
    if (torn === 'whole') write.commit()
    else if (torn !== 'lost') write.tear?.(torn.part)
  }
}
