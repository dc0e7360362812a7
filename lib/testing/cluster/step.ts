import type { MemoryDisk } from '../../../plugins/storage-memory/index.js'
import type { Message } from '../../../streams/contracts/messages/index.js'
import type { Replica, Standing } from '../../../streams/replica/replica.js'
import type { Position } from '../../../streams/rules/entry.js'
import type { RosterHistory } from '../../../streams/rules/roster-history.js'
import type { Roster } from '../../../streams/rules/roster.js'
import type { Ledger } from './ledger.js'
import type { LogMirror } from './log-mirror.js'

/** What is seen of one life of a member after an event. */
export interface Sight {
  readonly standing: Standing
  readonly commit: number
  readonly applied: number
  readonly snapshot: number
  readonly last: Position
  readonly durable: number
  readonly rosters: RosterHistory
  /** What its machine holds. */
  readonly state: string
}

export const sightOf = ({ standing, commit, applied, snapshot, rosters, parts }: Replica, state: string): Sight => ({
  standing,
  commit,
  applied,
  snapshot: snapshot?.index ?? 0,
  last: parts.log.last,
  durable: parts.disk.durable,
  rosters,
  state,
})

/** Whether nothing has changed that an invariant looks at. */
export const isSameSight = (a: Sight, b: Sight): boolean =>
  a.standing.role === b.standing.role &&
  a.standing.term === b.standing.term &&
  a.standing.vote === b.standing.vote &&
  a.commit === b.commit &&
  a.applied === b.applied &&
  a.snapshot === b.snapshot &&
  a.durable === b.durable &&
  a.rosters === b.rosters

/** One event's effect on one member. */
export interface Step {
  readonly ledger: Ledger
  /** Names the member, and which of its lives. */
  readonly name: string
  readonly life: string
  readonly replica: Replica
  readonly mirror: LogMirror
  /** As it was after the event before; undefined at the beginning of a life. */
  readonly before: Sight | undefined
  readonly now: Sight
  readonly diskOf: (id: string) => MemoryDisk | undefined
}

/** A change of what a member has on disk. */
export interface DiskStep {
  readonly ledger: Ledger
  readonly name: string
  readonly before: DiskSight
  readonly now: DiskSight
  readonly disk: MemoryDisk
}

export interface DiskSight {
  readonly term: number
  readonly vote: string | undefined
  readonly base: number
  readonly last: Position
  readonly snapshot: number
  /** How much of what has committed it holds. */
  readonly committed: number
}

export const isSameDisk = (a: DiskSight, b: DiskSight): boolean =>
  a.term === b.term &&
  a.vote === b.vote &&
  a.base === b.base &&
  a.last.index === b.last.index &&
  a.last.term === b.last.term &&
  a.snapshot === b.snapshot &&
  a.committed === b.committed

/** A message that a member sends. */
export interface Sending {
  readonly ledger: Ledger
  readonly name: string
  readonly id: string
  readonly to: string
  readonly message: Message
  readonly disk: MemoryDisk
  readonly hasFailed: boolean
  /** The roster in force at the sender. */
  readonly roster: Roster | undefined
  /** The log of whoever leads a term, while it is seen to. */
  readonly leaderOf: (term: number) => Replica | undefined
}

/** What an invariant has to say: nothing while it holds. */
export type Verdict = string | undefined

export const snapshotIndex = (disk: MemoryDisk): number => disk.snapshots.at(-1)?.meta.index ?? 0

/** Whether a disk holds the entry at a position, itself or in a snapshot. */
export function holds(disk: MemoryDisk, { index, term }: Position): boolean {
  return index === 0 || snapshotIndex(disk) >= index || termOnDisk(disk, index) === term
}

/** The term of an entry on a disk; undefined where its log doesn't hold it. */
export function termOnDisk(disk: MemoryDisk, index: number): number | undefined {
  const { base, entries } = disk.durable()
  return index === base.index ? base.term : entries[index - base.index - 1]?.term
}
