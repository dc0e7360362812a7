import * as invariants from '../invariants/index.js'
import type { Replica } from '../../../streams/replica/replica.js'
import type { LogEntry } from '../../../streams/rules/entry.js'
import type { MemoryDisk } from '../../../plugins/storage-memory/index.js'
import { Ledger } from './ledger.js'
import { LogMirror } from './log-mirror.js'
import type { Operation } from './operations.js'
import {
  isSameDisk,
  isSameSight,
  sightOf,
  snapshotIndex,
  termOnDisk,
  type DiskSight,
  type Sending,
  type Sight,
  type Verdict,
} from './step.js'

/** A member as it is looked at. */
export interface Watched {
  readonly name: string
  /** The name, and which life of the member it is. */
  readonly life: string
  readonly disk: MemoryDisk
  /** What runs; undefined while it doesn't. */
  readonly replica: Replica | undefined
  readonly state: string
}

interface Watch {
  readonly life: string
  readonly mirror: LogMirror
  sight: Sight | undefined
}

const STEPS = [
  invariants.logMatching,
  invariants.electionSafety,
  invariants.electedByQuorum,
  invariants.leaderAppendOnly,
  invariants.leaderCompleteness,
  invariants.commitSoundness,
  invariants.committedIsImmutable,
  invariants.order,
  invariants.honestRecovery,
  invariants.rosterSafety,
  invariants.rostersOfLog,
  invariants.oneAddressEach,
  invariants.spokenRoster,
  invariants.stateMachineSafety,
  invariants.withinBudgets,
]
const DISKS = [invariants.termAndVote, invariants.durability, invariants.wholeDisk]
const SENDINGS = [
  invariants.voteUniqueness,
  invariants.durablePromises,
  invariants.silentAfterFailure,
  invariants.raisesNoTermAlone,
]

/** Asserts every invariant after every event, of what the event has changed. */
export class Checker {
  readonly ledger = new Ledger()
  /** What has been found wrong; the first is what matters. */
  private readonly faults: string[] = []
  private readonly lives = new Map<string, Watch>()
  /** What has been settled since all was looked at. */
  private recent: Operation[] = []
  private readonly disks = new Map<string, DiskSight>()

  constructor(private readonly diskOf: (id: string) => MemoryDisk | undefined) {}

  /** After an event of one member. */
  look(watched: Watched): void {
    if (watched.replica !== undefined) this.lookAtReplica(watched, watched.replica)
    this.lookAtDisk(watched)
  }

  /** A disk was emptied of which nothing is expected any more: what it held before says nothing of what it holds. */
  expectNothingOf({ name }: Watched): void {
    this.disks.delete(name)
  }

  sending(sending: Sending): void {
    for (const invariant of SENDINGS) this.note(invariant(sending))
  }

  applying(life: string, entry: LogEntry, now: number): void {
    this.note(invariants.appliedOnce(this.ledger, life, entry, now))
  }

  settled(operation: Operation): void {
    this.note(invariants.linearizability(operation))
    this.recent.push(operation)
  }

  note(verdict: Verdict): void {
    if (verdict !== undefined) this.faults.push(verdict)
  }

  /** The first that was wrong, once all have been looked at whom an event concerned, and with it what was answered in it. */
  conclude(): string | undefined {
    for (const operation of this.recent) this.note(invariants.takesNewSessions(this.ledger, operation))
    this.recent = []
    return this.faults[0]
  }

  private lookAtReplica(watched: Watched, replica: Replica): void {
    const { name, life } = watched
    const known = this.lives.get(name)
    const watch = known?.life === life ? known : { life, mirror: new LogMirror(this.ledger), sight: undefined }
    this.lives.set(name, watch)
    const { mirror, sight: before } = watch
    // a machine changes when something is applied, and its state costs more than all else
    const now = sightOf(replica, before?.applied === replica.applied ? before.state : watched.state)
    watch.sight = now
    if (before !== undefined && isSameSight(before, now) && mirror.follows(replica.parts.log.shape)) return
    const step = { ledger: this.ledger, name, life, replica, mirror, before, now, diskOf: this.diskOf }
    for (const invariant of STEPS) this.note(invariant(step))
  }

  private lookAtDisk({ name, disk, replica }: Watched): void {
    const before = this.disks.get(name)
    const { term, vote } = disk.termAndVote
    const { base, last } = disk.durable()
    const snapshot = snapshotIndex(disk)
    const committed = Math.max(snapshot, this.committedOn(disk, last.index, replica))
    const now = { term, vote, base: base.index, last, snapshot, committed }
    if (before !== undefined && isSameDisk(before, now)) return
    this.disks.set(name, now)
    if (before === undefined) return
    for (const invariant of DISKS) this.note(invariant({ ledger: this.ledger, name, before, now, disk }))
  }

  /**
   * How much of what has committed a disk's log holds. What its member has cut already, and the disk hasn't yet, doesn't
   * count: it may have committed since, by others who hold it.
   */
  private committedOn(disk: MemoryDisk, last: number, replica: Replica | undefined): number {
    let index = Math.min(last, this.ledger.commit)
    const base = disk.durable().base.index
    const isHeld = (at: number): boolean => {
      const term = this.ledger.committed[at]?.term
      const inMemory =
        replica === undefined || at <= replica.parts.log.shape.base.index || replica.parts.log.termAt(at) === term
      return inMemory && termOnDisk(disk, at) === term
    }
    while (index > base && !isHeld(index)) index--
    return index
  }
}
