import { AppendEntries, message } from '../../contracts/messages/index.js'
import { encodeEntries } from '../../contracts/entry-codec.js'
import type { Replica } from '../../replica/replica.js'
import { commitIndex } from '../../rules/commitment.js'
import { entryBytes, ORIGIN, type LogEntry, type Position } from '../../rules/entry.js'
import { isWithinLease } from '../../rules/lease.js'
import { beginProgress, sent, type Progress } from '../../rules/progress.js'
import { quorumValue } from '../../rules/quorum.js'
import { needsSnapshot } from '../../rules/retention.js'
import { members, isVoter, type Roster, type RosterMember } from '../../rules/roster.js'
import { isRecent } from '../../rules/timing.js'
import type { Sender } from '../../sources/inbound.js'
import { Encodings } from './encodings.js'
import { Rounds } from './rounds.js'
import { UnderWay } from './under-way.js'

const NO_ENTRIES = encodeEntries([])
const NOBODY: readonly RosterMember[] = []

/** Who asked for a hand-over, and is told if it fails. */
export interface Asker {
  readonly from: Sender
  readonly id: string
}

/** To whom the leadership is handed over, and who asked for that. */
export interface LeaderHandover {
  readonly to: string
  readonly askers: readonly Asker[]
}

/** A hand-over that has failed: who had asked for it, who was told to stand, if anybody was, and why. */
export interface FailedHandover {
  readonly askers: readonly Asker[]
  readonly told: string | undefined
  readonly reason: string
}

/** What a leader knows in its term: how far each other member is, and which round is on. */
export class Leadership {
  readonly term: number
  readonly electedAt: number
  /** Index of its own first entry: nothing is confirmed before that has committed (section 6.4). */
  readonly firstIndex: number
  private progress: ReadonlyMap<string, Progress> = new Map()
  /** The roster whose members have a progress. */
  private met: Roster | undefined
  /** The commit index that each member has been told. */
  private readonly told = new Map<string, number>()
  readonly encodings = new Encodings()
  /** The last commit that each member waits for. */
  private readonly awaited = new Map<string, number>()
  readonly rounds: Rounds
  /** Who is being sent a snapshot, in the order in which they have places. */
  transfers: ReadonlySet<string> = new Set()
  readonly underWay: UnderWay
  /** Set while the leadership is being handed over: no appends are taken meanwhile. */
  handover: LeaderHandover | undefined
  /** The last hand-over that has failed: who asks for it once more hadn't heard yet. */
  failedHandover: FailedHandover | undefined
  /** Set once a member was told to stand, whom voters may elect however recently they have heard this leader. */
  hasNoLease = false

  constructor(readonly replica: Replica) {
    this.term = replica.standing.term
    this.electedAt = replica.parts.clock.now()
    this.rounds = new Rounds(this.electedAt)
    this.firstIndex = replica.parts.log.last.index + 1
    this.underWay = UnderWay.of(this.unapplied())
  }

  /** Keeps a progress for every member but oneself, and returns those that are new, as after a change of roster. */
  meet(): readonly RosterMember[] {
    const { self, roster, parts } = this.replica
    if (roster === this.met) return NOBODY
    this.met = roster
    const others = members(roster).filter(member => member.id !== self.id)
    const fresh = others.filter(member => !this.knows(member))
    if (fresh.length === 0 && others.length === this.progress.size) return fresh
    const begin = (incarnation: number): Progress => beginProgress(incarnation, parts.log.last.index - 1)
    this.progress = new Map(
      others.map(({ id, incarnation }) => [
        id,
        this.knows({ id, incarnation }) ? (this.progress.get(id) ?? begin(incarnation)) : begin(incarnation),
      ]),
    )
    return fresh
  }

  knows({ id, incarnation }: Pick<RosterMember, 'id' | 'incarnation'>): boolean {
    return this.progress.get(id)?.incarnation === incarnation
  }

  progressOf(id: string): Progress | undefined {
    return this.progress.get(id)
  }

  update(id: string, change: (progress: Progress) => Progress): void {
    const progress = this.progress.get(id)
    if (progress !== undefined) this.progress = new Map(this.progress).set(id, change(progress))
  }

  /** When a member was last heard; at the beginning everyone has the benefit of the doubt. */
  heardAt(id: string): number {
    return id === this.replica.self.id ? Infinity : (this.progress.get(id)?.heardAt ?? this.electedAt)
  }

  /** Where the entries begin that are yet to be sent to members that are heard, but for those who get a snapshot first. */
  get unsentFrom(): number {
    const { electionTimeoutMs, parts, snapshot } = this.replica
    const now = parts.clock.now()
    const isWanted = ({ next, heardAt }: Progress): boolean =>
      isRecent(heardAt ?? this.electedAt, now, electionTimeoutMs) &&
      !needsSnapshot(next, parts.log.shape.base.index, snapshot?.index ?? 0)
    let from = Infinity
    for (const progress of this.progress.values()) if (isWanted(progress)) from = Math.min(from, progress.next)
    return from
  }

  /** The last round that a quorum has answered. */
  get confirmedRound(): number {
    return this.roundOf(() => true)
  }

  /**
   * Whether it may answer reads without a round (section 6.4.1). Only those count who surely have the roster in force, and
   * with it what the lease is: who hold an entry of this term hold nothing else, as of an earlier leader's settings.
   */
  get hasLease(): boolean {
    const { roster, parts } = this.replica
    if (this.hasNoLease || !this.isEstablished || roster.settings.leaseMs === 0) return false
    // one that is voted out has the word of those who need nobody's but their own
    if (!isVoter(roster, this.replica.self.id)) return false
    return isWithinLease(this.rounds.beganAt(this.leasedRound), parts.clock.now(), roster.settings)
  }

  get transferring(): boolean {
    return this.handover !== undefined
  }

  beginRound(): void {
    this.rounds.begin(this.replica.parts.clock.now(), this.leasedRound)
  }

  /** The last round that a quorum has answered of those by whose word there may be a lease. */
  private get leasedRound(): number {
    const least = Math.max(this.replica.roster.index, this.firstIndex)
    return this.roundOf(({ match }) => match >= least)
  }

  /** Whether an entry of its own term has committed. */
  get isEstablished(): boolean {
    return this.replica.commit >= this.firstIndex
  }

  /** Commits what a quorum holds durably; its own copy counts once its disk says so (sections 3.6.2, 10.2.1). */
  advance(): void {
    const { replica, term } = this
    const { log, disk } = replica.parts
    const durable = (id: string): number =>
      id === replica.self.id ? disk.durable : (this.progress.get(id)?.match ?? 0)
    replica.commitTo(commitIndex(replica.roster, log.shape, term, replica.commit, durable))
  }

  /** Sends entries, which follow what the member has or will have by then. */
  sendEntries(member: RosterMember, entries: readonly LogEntry[]): void {
    const first = entries[0]
    const last = entries.at(-1)
    const prevIndex = first === undefined ? 0 : first.index - 1
    const prevTerm = this.replica.parts.log.termAt(prevIndex)
    if (last === undefined || prevTerm === undefined) return
    const bytes = entries.reduce((sum, entry) => sum + entryBytes(entry), 0)
    this.update(member.id, progress => sent(progress, last.index, bytes))
    this.send(member, prevIndex, prevTerm, last.index, this.encodings.of(entries))
  }

  /**
   * Sends a heartbeat: nothing but up to where the logs agree, the commit index up to there, and the round. What it
   * asks after may not be durable there: a member that has lost it in a crash refuses, and is sent it again.
   */
  sendHeartbeat(member: RosterMember): void {
    const { index, term } = this.agreed(member.id) ?? ORIGIN
    this.send(member, index, term, index, NO_ENTRIES)
  }

  /** Up to where a member could be told of commits: not at all where its log ends before this one begins. */
  tellable(id: string): number {
    if (this.agreed(id) === undefined) return 0
    return Math.min(this.progress.get(id)?.match ?? 0, this.replica.commit)
  }

  hasTold(id: string, index: number): boolean {
    return (this.told.get(id) ?? 0) >= index
  }

  /** Whether a member could know of more commits than it has been told. */
  isBehind(id: string): boolean {
    return !this.hasTold(id, this.tellable(id))
  }

  /** Whether it waits for one of them, or is perhaps told for the last time: by a roster that it isn't in any more. */
  isAwaited(id: string): boolean {
    const told = this.told.get(id) ?? 0
    const awaited = Math.max(this.awaited.get(id) ?? 0, this.replica.committedRoster.index)
    return awaited > told && this.tellable(id) > told
  }

  /** A member waits until it knows that all up to an index has committed: it has callers who do. */
  awaits(id: string, index: number): void {
    this.awaited.set(id, index)
  }

  /** Up to where a member's log is this one, as far as is known, if this one reaches back to there. */
  private agreed(id: string): Position | undefined {
    const index = this.progress.get(id)?.verified ?? 0
    const term = this.replica.parts.log.termAt(index)
    return term === undefined ? undefined : { index, term }
  }

  /** What earlier leaders have left, as far as memory has it: after a restart it may come twice. */
  private unapplied(): readonly LogEntry[] {
    const { applied, parts } = this.replica
    const from = Math.max(applied + 1, parts.log.cachedFrom)
    return parts.log.cached(from, parts.log.last.index, Infinity) ?? []
  }

  private roundOf(counts: (progress: Progress) => boolean): number {
    const { self, roster } = this.replica
    return quorumValue(roster, id => {
      const progress = this.progress.get(id)
      if (id === self.id) return Infinity
      return progress !== undefined && counts(progress) ? progress.round : 0
    })
  }

  private send(member: RosterMember, prevIndex: number, prevTerm: number, reaches: number, entries: Uint8Array): void {
    const { term, rounds, replica } = this
    const round = rounds.newest
    const { incarnation } = member
    const { commit } = replica
    this.told.set(member.id, Math.max(this.told.get(member.id) ?? 0, Math.min(commit, reaches)))
    replica.send(member, message(AppendEntries, { term, incarnation, prevIndex, prevTerm, commit, round, entries }))
  }
}
