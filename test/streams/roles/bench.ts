import { EMPTY, of, Subject, type Observable } from 'rxjs'
import { Member } from '../../../lib/member/member'
import { seededRandom } from '../../../lib/testing/seeded-random'
import { VirtualClock } from '../../../lib/testing/virtual-clock'
import { MemoryDisk, memoryStorage } from '../../../plugins/storage-memory'
import { encodeEntries } from '../../../streams/contracts/entry-codec'
import type { Message } from '../../../streams/contracts/messages'
import type { Inbound, Peer, Transport, TransportNotice } from '../../../streams/contracts/transport'
import { open$ } from '../../../streams/replica/open'
import type { LogEntry } from '../../../streams/rules/entry'
import { addressOf, HEARTBEAT, idOf, logOf, rosterOf, T } from './logs'

export { HEARTBEAT, T }

const nameOf = ({ address }: Pick<Peer, 'address'>): string => address.slice(0, 1)

export interface Sent {
  readonly to: string
  readonly message: Message
}

/** What a message says, but for what is the same in all. */
export type Said = Record<string, unknown>

const said = ({ to, message }: Sent): Said => {
  const { group: _, type, ...fields } = message
  return { to, type, ...fields }
}

/** A transport in the hands of a test. */
class Wire implements Transport {
  readonly inbound = new Subject<Inbound>()
  readonly inbound$ = this.inbound.asObservable()
  readonly notices$: Observable<TransportNotice> = EMPTY
  sent: Sent[] = []
  open = () => of({ address: addressOf('a'), advertise: addressOf('a') })
  identify = (): void => undefined
  close = () => EMPTY

  send(to: Peer, message: object): void {
    // what a member sends are messages
    this.sent.push({ to: nameOf(to), message: message as Message })
  }
}

export interface BenchOptions {
  readonly voters?: string
  readonly learners?: string
  /** Learners that stay so. */
  readonly readers?: string
  readonly leaseMs?: number
  /** The terms of the log's entries. */
  readonly log?: readonly number[]
  readonly term?: number
  readonly vote?: string
  readonly diskMs?: number
  /** A disk that was prepared, or that another life has left: then nothing is put on it. */
  readonly disk?: MemoryDisk
}

/** Member `a` alone on a bench: a test says what it hears, and sees all that it sends, at which time. */
export class Bench {
  readonly clock = new VirtualClock()
  readonly disk: MemoryDisk
  readonly member: Member
  private readonly wire = new Wire()

  constructor(options: BenchOptions = {}) {
    const { voters = 'abc', learners = '', readers = '', leaseMs = 0, log = [1], diskMs = 0 } = options
    const term = options.term ?? log.at(-1) ?? 0
    const { disk = new MemoryDisk() } = options
    const { clock } = this
    this.disk = disk
    if (options.disk === undefined) {
      disk.log.append(logOf(log, rosterOf(voters, learners, readers, leaseMs)))
      disk.termAndVote = { term, vote: options.vote === undefined ? undefined : idOf(options.vote) }
    }
    disk.latencyMs = 0
    const storage = memoryStorage({ disk, clock })
    let member: Member | undefined
    open$(storage).subscribe(recovered => {
      member = new Member({
        self: { id: idOf('a'), address: addressOf('a') },
        clusterId: 'c'.repeat(32),
        heartbeatMs: HEARTBEAT,
        ...{ clock, random: seededRandom(1), storage, transport: this.wire, recovered },
      })
      disk.latencyMs = diskMs
      member.start()
    })
    clock.advanceBy(0)
    if (member === undefined) throw new Error('The member does not open.')
    this.member = member
  }

  get replica(): Member['replica'] {
    return this.member.replica
  }

  get role(): string {
    return this.replica.standing.role
  }

  get term(): number {
    return this.replica.standing.term
  }

  /** The terms of the log's entries. */
  get log(): readonly (number | undefined)[] {
    const { last } = this.replica.parts.log
    return Array.from({ length: last.index }, (_, at) => this.replica.parts.log.termAt(at + 1))
  }

  /** Lets a message arrive, and its turn come. */
  hear(from: string, message: Record<string, unknown>): this {
    const sender = { id: idOf(from), address: addressOf(from) }
    this.wire.inbound.next({ from: sender, message: { group: 0, ...message } })
    return this.pass(0)
  }

  /** Lets messages arrive in one turn. */
  hearTogether(from: string, messages: readonly Record<string, unknown>[]): this {
    const sender = { id: idOf(from), address: addressOf(from) }
    for (const message of messages) this.wire.inbound.next({ from: sender, message: { group: 0, ...message } })
    return this.pass(0)
  }

  /** What a leader says: entries of those terms after an index, or none as a heartbeat. */
  append(from: string, fields: AppendFields): this {
    const {
      term,
      previous: [prevIndex, prevTerm] = [0, 0],
      terms = [],
      commit = 0,
      round = 1,
      incarnation = 1,
    } = fields
    const entries = terms.map((of, at): LogEntry => {
      const rest = { time: 0, session: '', number: 0, payload: new Uint8Array() }
      return { index: prevIndex + at + 1, term: of, kind: 'noop', ...rest }
    })
    const batch = { incarnation, prevIndex, prevTerm, commit, round, entries: encodeEntries(entries) }
    return this.hear(from, { type: 'append-entries', term, ...batch })
  }

  /** What a follower answers. */
  acknowledge(from: string, fields: Acknowledged): this {
    return this.hear(from, acknowledgement(fields))
  }

  ballot(from: string, fields: { term: number; pre?: boolean; transfer?: boolean; last?: readonly [number, number] }) {
    const { term, pre = false, transfer = false, last: [lastIndex, lastTerm] = [99, term - 1] } = fields
    return this.hear(from, { type: 'request-vote', term, pre, transfer, lastIndex, lastTerm })
  }

  vote(from: string, fields: { term: number; pre?: boolean; reason?: string; own?: number }): this {
    const { term, pre = false, reason = 'granted', own = pre ? term - 1 : term } = fields
    const answer = { term: own, forTerm: term, pre, reason, rosterIndex: 1, isMember: true }
    return this.hear(from, { type: 'vote-reply', ...answer })
  }

  pass(ms: number): this {
    this.clock.advanceBy(ms)
    return this
  }

  /** All that was sent since the last call, by type if one is given. */
  said(type?: Message['type']): readonly Said[] {
    const { sent } = this.wire
    this.wire.sent = []
    return sent.filter(({ message }) => type === undefined || message.type === type).map(said)
  }

  /** Makes it a leader, and forgets what that took. */
  elect(): this {
    for (let ms = 0; this.role !== 'candidate' && ms < 3 * T; ms++) this.pass(1)
    const term = this.term + 1
    this.vote('b', { term, pre: true })
    for (let ms = 0; this.replica.parts.disk.voteWaits && ms < 3 * T; ms++) this.pass(1)
    this.vote('b', { term })
    if (this.role !== 'leader') throw new Error('It does not lead.')
    this.said()
    return this
  }

  stop(): void {
    this.member.stop('KAYAK_STOPPED', 'was stopped.')
  }
}

interface Acknowledged {
  readonly term: number
  readonly match: number
  readonly round?: number
  readonly incarnation?: number
}

/** What a follower says that has so much. */
export function acknowledgement({ term, match, round = 0, incarnation = 1 }: Acknowledged): Record<string, unknown> {
  const refusal = { refusedIndex: 0, hintIndex: 0, hintTerm: 0 }
  return { type: 'append-reply', term, incarnation, round, match, verified: match, fits: true, ...refusal }
}

export interface AppendFields {
  readonly term: number
  readonly previous?: readonly [index: number, term: number]
  readonly terms?: readonly number[]
  readonly commit?: number
  readonly round?: number
  readonly incarnation?: number
}
