import type { SchedulerLike } from 'rxjs'
import type { CallKind } from '../../../plugins/storage-memory/index.js'
import type { Message, SnapshotReply, VoteReply } from '../../../streams/contracts/messages/index.js'
import { keepsItsPromise } from '../invariants/keeps-its-promise.js'
import { leaderInTouch } from '../invariants/leader-in-touch.js'
import { sticksToItsLeader } from '../invariants/sticks-to-its-leader.js'
import { trafficWithinBudgets } from '../invariants/traffic-within-budgets.js'
import { ChangesAsked } from './changes-asked.js'
import type { Checker } from './checker.js'
import { Contacts } from './contacts.js'
import { hasQuorum } from './has-quorum.js'
import { SnapshotsComing } from './snapshots-coming.js'
import type { TestMember } from './test-member.js'
import { TrafficOfLives } from './traffic-of-lives.js'

/** Calls that a leader's work waits for; a snapshot may take its time. */
const OF_THE_LOG: readonly CallKind[] = ['append', 'truncate', 'compact', 'save-term-and-vote']

/** Sees to what only time shows: who leads and is of no use, who turns from a leader at work, who sends or changes too much. */
export class Overseer {
  private readonly contacts = new Contacts()
  private readonly traffic = new TrafficOfLives()
  private readonly changes = new ChangesAsked()
  private readonly snapshots = new SnapshotsComing()
  /** Since when a life has led its term with the roster that it has. */
  private readonly leading = new Map<string, { readonly what: string; readonly since: number }>()
  private readonly writing = new Map<string, { readonly write: object; readonly since: number }>()

  constructor(
    private readonly clock: SchedulerLike,
    private readonly checker: Checker,
  ) {}

  delivered(from: TestMember, to: TestMember, message: Message, isCertain: boolean): void {
    this.contacts.delivered(from, to, message, this.clock.now(), isCertain)
    this.traffic.heard(to.life, from.id)
    if (message.type === 'install-snapshot') this.snapshots.delivered(to.name, to.life, message, this.clock.now())
  }

  sending(from: TestMember, to: TestMember, message: Message): void {
    const sent = this.traffic.sending(from.life, to.id, message, this.clock.now())
    this.checker.note(trafficWithinBudgets(from.life, message, sent))
    if (message.type === 'vote-reply' && message.reason === 'granted') this.granting(from, to, message)
    if (message.type === 'snapshot-reply') this.saying(from, message)
    if (message.type === 'change-reply') this.changes.answered(from.name, message.id)
  }

  private saying({ name, life, replica }: TestMember, reply: SnapshotReply): void {
    const timeoutMs = replica?.electionTimeoutMs ?? 0
    this.checker.note(this.snapshots.replying(name, life, reply, this.clock.now(), timeoutMs))
  }

  private granting(from: TestMember, to: TestMember, { pre, forTerm }: VoteReply): void {
    const { life, replica, awakeSince, time } = from
    if (replica === undefined) return
    const asked = this.contacts.askedBy(life, to.id, forTerm, pre)
    const { settings } = replica.roster
    const granting = { life, candidate: to.name, asked }
    const since = Math.max(awakeSince, time.steadySince)
    const { electionTimeoutMs } = settings
    const verdict = pre
      ? sticksToItsLeader({ ...granting, electionTimeoutMs, since })
      : keepsItsPromise({ ...granting, settings, since: time.steadySince })
    this.checker.note(verdict)
  }

  /** After an event of a member. */
  look(member: TestMember): void {
    const { life, replica, awakeSince } = member
    this.checker.note(this.changes.look(member))
    const writingSince = this.writingSince(member)
    if (replica?.standing.role !== 'leader' || member.isPaused) return
    const { roster, self } = replica
    const { electionTimeoutMs } = roster.settings
    const hearsQuorum = (since: number): boolean =>
      hasQuorum(roster, id => id === self.id || this.contacts.heardAt(life, id) >= since)
    const since = Math.max(awakeSince, this.leadsSince(life, `${replica.standing.term} ${roster.index}`))
    const isAlone = hasQuorum(roster, id => id === self.id)
    const now = this.clock.now()
    const { held } = member
    // what happens at the very moment at which it goes on is how it gets to know
    const heldTimeouts = held.term === replica.standing.term && now > awakeSince ? held.timeouts : 0
    const seen = { life, now, electionTimeoutMs, since, hearsQuorum, writingSince, isAlone, heldTimeouts }
    this.checker.note(leaderInTouch(seen))
  }

  private leadsSince(life: string, what: string): number {
    const known = this.leading.get(life)
    const leading = known?.what === what ? known : { what, since: this.clock.now() }
    this.leading.set(life, leading)
    return leading.since
  }

  private writingSince({ life, disk }: TestMember): number | undefined {
    const [write] = [...disk.pending].find(([, kind]) => OF_THE_LOG.includes(kind)) ?? []
    const known = this.writing.get(life)
    if (write === undefined) {
      if (known !== undefined) this.writing.delete(life)
      return undefined
    }
    const writing = known?.write === write ? known : { write, since: this.clock.now() }
    this.writing.set(life, writing)
    return writing.since
  }
}
