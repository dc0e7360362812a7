import { Subject, type Observable } from 'rxjs'
import type { Clock, Random } from '../contracts/clock.js'
import { KayakError } from '../contracts/errors.js'
import type { HostEvent, HostEventBody } from '../contracts/events.js'
import { LIMITS } from '../contracts/limits.js'
import type { Compaction } from '../contracts/host.js'
import { NOTHING, type Decoded, type InstallSnapshot, type Message } from '../contracts/messages/index.js'
import { decodeRoster } from '../contracts/roster-codec.js'
import type { Versions } from '../contracts/protocol.js'
import type { SnapshotMeta, Storage } from '../contracts/storage.js'
import type { LogEntry } from '../rules/entry.js'
import { possibleRosters, rosterAt, rosterInForce, sinceSnapshot, withoutFrom } from '../rules/roster-history.js'
import type { RosterHistory } from '../rules/roster-history.js'
import { mayHavePromised } from '../rules/lease.js'
import { isMember, isVoter, type Roster } from '../rules/roster.js'
import { drawElectionTimeout, isRecent } from '../rules/timing.js'
import { Dispatch } from '../sources/dispatch.js'
import type { Received, Sender } from '../sources/inbound.js'
import { InOrder } from '../sources/in-order.js'
import type { Inbox } from '../sources/inbox.js'
import type { Pace } from '../sources/pace.js'
import type { Requests } from '../sources/requests.js'
import type { Budgets } from './budgets.js'
import type { Disk } from './disk.js'
import type { ReplicaLog } from './log.js'
import type { Outbox } from './outbox.js'
import type { SessionTable } from './sessions.js'

/** Where a member stands in its term. `vote` is the vote that it has cast in it. */
export interface Standing {
  readonly role: 'follower' | 'candidate' | 'leader'
  readonly term: number
  readonly vote: string | undefined
  readonly leader: Sender | undefined
  /** When the leader of this term was last heard. */
  readonly heardAt: number | undefined
}

/** What a leader is asked for: to hand over to a voter, or to whoever takes over best. */
export interface Handover {
  readonly to: string | undefined
}

/** A snapshot on its way, and how much had been appended when it set out. */
export interface Pin {
  readonly index: number
  readonly appendedBytes: number
}

/** What a replica is made of. */
export interface ReplicaParts {
  readonly self: Sender
  readonly clusterId: string
  readonly heartbeatMs: number
  readonly clock: Clock
  readonly random: Random
  readonly inbox: Inbox
  readonly storage: Storage
  readonly disk: Disk
  readonly outbox: Outbox
  readonly budgets: Budgets
  readonly log: ReplicaLog
  readonly requests: Requests
  /** At which snapshots are sent. */
  readonly pace: Pace
  /** What this member speaks. */
  readonly versions: Versions
}

/** What a replica begins with, as its storage holds it. */
export interface ReplicaState {
  readonly standing: Standing
  readonly rosters: RosterHistory
  readonly snapshot: SnapshotMeta | undefined
  readonly sessions: SessionTable
}

/**
 * What one member knows and has on disk. Roles change it, one event at a time; it decides nothing.
 */
export class Replica {
  readonly self: Sender
  standing: Standing
  rosters: RosterHistory
  snapshot: SnapshotMeta | undefined
  sessions: SessionTable
  /** What is known to have committed, and what has been applied of it. */
  commit: number
  applied: number
  /** The time of the entry that was applied last. */
  appliedTime: number
  private readonly openedAt: number
  /** The greatest commit index that a leader has told, whether or not what it names is here. */
  heardCommit = 0
  /** Where the entries begin that a leader has yet to send to members that it hears: memory keeps them for that. */
  unsentFrom = Infinity
  /** Which changes of the roster this member was asked for, as one that leads or not. */
  readonly changesAsked = new InOrder(LIMITS.changeAskers)
  /** When a leader of any term was last heard in this life. */
  private heardLeaderAt: number | undefined
  /** Applied entries that were duplicates, as far as the log reaches back to them. One set that grows: there may be many. */
  readonly duplicates = new Set<number>()

  /** Checked messages in turn, for the role that is on. */
  readonly messages = new Dispatch()
  private readonly events = new Subject<HostEvent>()
  readonly events$: Observable<HostEvent> = this.events.asObservable()
  readonly compactions = new Subject<Compaction>()
  /** Chunks of a snapshot that the leader of this term sends. */
  readonly chunks = new Subject<Received<InstallSnapshot>>()
  /** Snapshots on their way to members, by id: what follows them is kept until they have arrived. */
  pins: ReadonlyMap<string, Pin> = new Map()
  /** In which version those talk with this member who are connected, by id. */
  tongues: ReadonlyMap<string, number> = new Map()
  /** Asks a leader to hand over. */
  readonly handovers = new Subject<Handover>()
  /** Errors of consumers' and kayak's own making that end this member. */
  readonly failures = new Subject<KayakError>()

  constructor(
    readonly parts: ReplicaParts,
    state: ReplicaState,
  ) {
    this.self = parts.self
    this.openedAt = parts.clock.now()
    this.standing = state.standing
    this.rosters = state.rosters
    this.snapshot = state.snapshot
    this.sessions = state.sessions
    this.commit = state.snapshot?.index ?? 0
    this.applied = this.commit
    this.appliedTime = state.snapshot?.time ?? 0
  }

  get roster(): Roster {
    return rosterInForce(this.rosters)
  }

  get committedRoster(): Roster {
    return rosterAt(this.rosters, this.commit)
  }

  get isVoter(): boolean {
    return isVoter(this.roster, this.self.id)
  }

  /**
   * Whether this member may be needed as a leader: it votes, or the change that takes its vote away has not committed
   * as far as it knows, and perhaps nobody else has that entry (section 4.2.2). Its own vote counts only if it has one.
   */
  get mayStand(): boolean {
    return possibleRosters(this.rosters, this.commit).some(roster => isVoter(roster, this.self.id))
  }

  /** Whether a leader of this term is at work, as far as this member knows (section 4.2.3). */
  get hearsLeader(): boolean {
    const { role, heardAt } = this.standing
    return role === 'leader' || isRecent(heardAt, this.parts.clock.now(), this.electionTimeoutMs)
  }

  /**
   * Whether a leader may hold a lease by this member's word: it has heard one of any term within an election timeout, or
   * may have done so before it was opened. Only where leases are on.
   */
  get hasPromised(): boolean {
    const { settings } = this.roster
    const now = this.parts.clock.now()
    if (settings.leaseMs === 0) return false
    return (
      isRecent(this.heardLeaderAt, now, settings.electionTimeoutMs) || mayHavePromised(this.openedAt, now, settings)
    )
  }

  /** The newest index that is known to have committed anywhere, or surely will be overtaken: what is made up now has it. */
  get newestKnown(): number {
    const { role } = this.standing
    return Math.max(this.commit, this.heardCommit, role === 'leader' ? this.parts.log.last.index : 0)
  }

  get electionTimeoutMs(): number {
    return this.roster.settings.electionTimeoutMs
  }

  /** How often it is heard as a leader: its own pace, unless the cluster has settled on a quicker one since. */
  get heartbeatMs(): number {
    return Math.min(this.parts.heartbeatMs, Math.floor(this.electionTimeoutMs / 3))
  }

  drawElectionTimeout(): number {
    return drawElectionTimeout(this.electionTimeoutMs, this.parts.random.next())
  }

  /** Changes the standing; a new term or vote goes to the disk, and nothing is sent before it is there. */
  stand(change: Partial<Standing>): void {
    const next = { ...this.standing, ...change }
    const { term, vote } = this.standing
    this.heardLeaderAt = change.heardAt ?? this.heardLeaderAt
    if (next.term < term) throw new KayakError('KAYAK_INTERNAL', `A term fell from ${term} to ${next.term}.`)
    if (next.term > term && change.vote === undefined) this.standing = { ...next, vote: undefined }
    else this.standing = next
    if (this.standing.term !== term || this.standing.vote !== vote)
      this.parts.disk.saveVote({ term: this.standing.term, vote: this.standing.vote })
  }

  append(entries: readonly LogEntry[]): void {
    this.parts.log.append(entries)
    const rosters = entries.filter(entry => entry.kind === 'roster')
    for (const { payload, index } of rosters) this.rosters = [...this.rosters, { ...decodeRoster(payload), index }]
  }

  truncate(from: number): void {
    if (from <= this.commit) throw new KayakError('KAYAK_INTERNAL', `Entry ${from} has committed and was to be cut.`)
    this.parts.log.truncate(from)
    this.rosters = withoutFrom(this.rosters, from)
  }

  commitTo(index: number): void {
    if (index > this.commit) this.commit = index
  }

  /** What comes next has been applied. */
  apply({ index, time }: Pick<LogEntry, 'index' | 'time'>): void {
    this.applied = index
    this.appliedTime = time
  }

  /** Takes over an installed snapshot that is newer than what has been applied here. */
  install(meta: SnapshotMeta, sessions: SessionTable): void {
    this.parts.log.replace(meta)
    // a suffix that conflicts is gone, and the rosters in it with it
    this.rosters = withoutFrom(this.rosters, this.parts.log.last.index + 1)
    this.parts.log.lastTime = Math.max(this.parts.log.lastTime, meta.time)
    this.sessions = sessions
    this.adopt(meta)
    this.commit = Math.max(this.commit, meta.index)
    this.apply(meta)
  }

  /** Makes a published snapshot the newest. */
  adopt(meta: SnapshotMeta): void {
    this.snapshot = meta
    this.rosters = sinceSnapshot(this.rosters, meta.roster, meta.index)
    for (const index of this.duplicates) if (index <= meta.index) this.duplicates.delete(index)
  }

  /** Hands a message to the role that is on. */
  deliver(received: Received): void {
    this.messages.deliver(received)
  }

  /** Sends to another member, or to oneself by way of the inbox. */
  send(to: Sender, message: Message, decoded: Partial<Decoded> = {}): void {
    if (to.id !== this.self.id) return this.parts.outbox.send(to, message)
    const received = { ...NOTHING, from: this.self, message, ...decoded }
    this.parts.inbox.post(() => this.deliver(received))
  }

  tell(event: HostEventBody): void {
    this.events.next({ at: this.parts.clock.now(), ...event })
  }

  /** Whether a member speaks a version for sure: this one, or one that is connected and talks in it, or in a later one. */
  isSpokenBy(id: string, version: number): boolean {
    const { newest } = this.parts.versions
    return newest >= version && (id === this.self.id || (this.tongues.get(id) ?? 0) >= version)
  }

  isMemberOfCommitted(id: string): boolean {
    return isMember(this.committedRoster, id)
  }

  complete(): void {
    this.messages.complete()
    this.events.complete()
    this.compactions.complete()
    this.chunks.complete()
    this.handovers.complete()
    this.failures.complete()
    this.parts.budgets.complete()
  }
}
