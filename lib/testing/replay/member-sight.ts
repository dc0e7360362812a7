import { termAt, type LogShape } from '../../../streams/rules/log-shape.js'
import type { TestMember } from '../cluster/test-member.js'
import { recordOf, shortened, type NameOf } from './described.js'
import type { ConditionOf, LifeChange, MemberChange, TracedLog, TracedStanding } from './trace-event.js'

type Ballot = Pick<Extract<MemberChange, { type: 'ballot' }>, 'term' | 'vote'>

/** What is remembered of a member, to tell what has changed. */
interface Seen {
  readonly life: string
  readonly end: LifeChange | undefined
  readonly standing: TracedStanding | undefined
  readonly log: TracedLog | undefined
  readonly shape: LogShape | undefined
  readonly ballot: Ballot | undefined
  readonly events: number
  readonly conditions: Readonly<Record<ConditionOf, string>>
}

const NOTHING: Omit<Seen, 'conditions'> = {
  life: '',
  end: undefined,
  standing: undefined,
  log: undefined,
  shape: undefined,
  ballot: undefined,
  events: 0,
}

/** Whether two records of numbers and words are the same. */
function isSame<T extends object>(one: T | undefined, other: T | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  const others = new Map(Object.entries(other))
  return Object.entries(one).every(([name, value]) => others.get(name) === value)
}

function endOf({ end, isWiped }: TestMember): LifeChange | undefined {
  if (isWiped) return 'wiped'
  return typeof end === 'object' ? 'failed' : end
}

function conditionsOf({ isPaused, disk, time }: TestMember): Seen['conditions'] {
  const { latencyMs } = disk
  return {
    process: isPaused ? 'paused' : 'runs',
    writes: disk.writes,
    reads: disk.reads,
    latency: typeof latencyMs === 'number' ? `${latencyMs} ms` : `${latencyMs.map(Math.round).join(' to ')} ms`,
    records: disk.isDamaged ? 'damaged' : 'whole',
    clock: `runs at ${time.rate.toFixed(3)}`,
  }
}

/** The first index at which a log is not what it was; undefined if it has only grown, or been compacted. */
function cutAt(before: LogShape, now: LogShape): number | undefined {
  let index = before.last.index
  while (index > before.base.index && index > now.base.index && termAt(now, index) !== termAt(before, index)) index--
  return index < before.last.index && before.last.index > now.base.index ? index + 1 : undefined
}

/** Looks at one member after each event, changes nothing of it, and tells what has changed. */
export class MemberSight {
  private seen: Seen
  private readonly usual: Seen['conditions']

  constructor(
    private readonly member: TestMember,
    private readonly nameOf: NameOf,
    private readonly tell: (change: MemberChange) => void,
  ) {
    this.usual = conditionsOf(member)
    this.seen = { ...NOTHING, conditions: this.usual }
  }

  /** Whether it is not as it was when it was last looked at: it lives, or its machine does otherwise. */
  get isTouched(): boolean {
    const { end, conditions } = this.seen
    return endOf(this.member) !== end || !isSame(conditionsOf(this.member), conditions)
  }

  look(): void {
    const before = this.lookAtLife()
    const conditions = this.lookAtConditions(before)
    const ballot = this.lookAtDisk(before)
    this.seen = { ...before, ...this.lookAtReplica(before), ballot, conditions, events: this.lookAtEvents(before) }
  }

  /** A new life begins with nothing known. */
  private lookAtLife(): Seen {
    const { member, seen } = this
    const { life, end } = member
    const is = endOf(member)
    if (life === seen.life && is === seen.end) return seen
    const isNew = life !== seen.life
    if (isNew) this.tell({ type: 'life', life, is: 'started' })
    const error = typeof end === 'object' ? { error: shortened(end.failed.message) } : {}
    if (is !== undefined && member.hasLived) this.tell({ type: 'life', life, is, ...error })
    const { ballot, events, conditions } = seen
    return isNew ? { ...NOTHING, life, end: is, ballot, events, conditions } : { ...seen, end: is }
  }

  private lookAtConditions({ conditions }: Seen): Seen['conditions'] {
    const now = conditionsOf(this.member)
    // the names of a record are its keys
    for (const of of Object.keys(now) as ConditionOf[]) {
      const is = now[of]
      if (is !== conditions[of]) this.tell({ type: 'condition', of, is, isUsual: is === this.usual[of] })
    }
    return now
  }

  private lookAtDisk(before: Seen): Seen['ballot'] {
    const { term, vote } = this.member.disk.termAndVote
    const ballot = { term, vote: vote === undefined ? undefined : this.nameOf(vote) }
    if (term > 0 && !isSame(ballot, before.ballot)) this.tell({ type: 'ballot', ...ballot })
    return ballot
  }

  private lookAtEvents({ events }: Seen): number {
    // when it was by its own clock says less than when it was
    for (const { at, ...event } of this.member.events.slice(events))
      this.tell({ type: 'told', event: recordOf(event, this.nameOf) })
    return this.member.events.length
  }

  private lookAtReplica(before: Seen): Pick<Seen, 'standing' | 'log' | 'shape'> {
    const { replica } = this.member
    if (replica === undefined) return before
    const { commit, applied, snapshot, parts } = replica
    const { shape } = parts.log
    const cut = before.shape === undefined ? undefined : cutAt(before.shape, shape)
    if (cut !== undefined) this.tell({ type: 'truncated', from: cut, had: before.shape?.last.index ?? 0 })
    const standing = this.standing(replica)
    if (!isSame(standing, before.standing)) this.tell({ type: 'standing', ...standing })
    const log: TracedLog = {
      base: shape.base.index,
      last: shape.last.index,
      lastTerm: shape.last.term,
      durable: parts.disk.durable,
      committed: commit,
      applied,
      snapshot: snapshot?.index ?? 0,
    }
    if (before.log !== undefined && log.snapshot > before.log.snapshot) this.tellSnapshot(log.snapshot, before.log)
    if (!isSame(log, before.log)) this.tell({ type: 'log', ...log })
    return { standing, log, shape }
  }

  private standing({ standing, isVoter }: NonNullable<TestMember['replica']>): TracedStanding {
    const { role, term, leader, vote } = standing
    return {
      role: role === 'follower' && !isVoter ? 'learner' : role,
      term,
      leader: leader && this.nameOf(leader.id),
      vote: vote === undefined ? undefined : this.nameOf(vote),
    }
  }

  /** A member takes its own of what it has applied; a leader's reaches further. */
  private tellSnapshot(index: number, { applied }: TracedLog): void {
    this.tell({ type: 'snapshot', index, is: index > applied ? 'installed' : 'taken' })
  }
}
