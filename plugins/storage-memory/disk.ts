import type { Random } from '../../streams/contracts/clock.js'
import type { Identity, Opened, SnapshotMeta, TermAndVote } from '../../streams/contracts/storage.js'
import { entryBytes, type LogEntry, type Position } from '../../streams/rules/entry.js'
import { MemoryLog } from './memory-log.js'

/** What a kind of operation does: its work, fail with `KAYAK_STORAGE_FAILED`, or never end until told to work again. */
export type Behaviour = 'work' | 'fail' | 'hang'

/** What is left of a write that was under way at a crash; a part is the share of a batch's entries, from 0 to 1. */
export type Torn = 'lost' | 'whole' | { readonly part: number }

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
}

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
  readonly pending = new Set<PendingWrite>()
  private behaviours: Record<'writes' | 'reads', Behaviour> = { writes: 'work', reads: 'work' }
  private failingWrites = 0
  private hung: (() => void)[] = []
  private holder: object | undefined

  constructor(private readonly options: MemoryDiskOptions = {}) {}

  /** What all writes do from now on. */
  set writes(behaviour: Behaviour) {
    this.behave('writes', behaviour)
  }

  /** What all reads do from now on. */
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
    for (const write of this.pending) this.tear(write, torn ?? this.drawTorn())
    this.pending.clear()
    this.hung = []
    this.holder = undefined
  }

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
