import type { TestMember } from '../../../lib/testing/cluster/index.js'
import type { Operation } from '../../../lib/testing/cluster/index.js'
import type { Traffic } from '../../../plugins/transport-memory/index.js'
import type { Compaction } from '../../../streams/contracts/host.js'
import type { Message, MessageOf } from '../../../streams/contracts/messages/index.js'
import { byName, type Line } from './lines.js'
import { Names } from './names.js'
import { lateAnswer, lateChunk, lateEntries } from './tell-late.js'
import { lookAt, tellChange, type Look } from './tell-change.js'
import { NO_LEADER, tellEvent } from './tell-event.js'
import { detail, isHeartbeat, tellMessage, type Between } from './tell-message.js'
import type { ToldCluster } from './told-cluster.js'

const COMPACTIONS: Record<Compaction['type'], (index: number) => string | undefined> = {
  started: () => undefined,
  progress: () => undefined,
  finished: index => `has made a snapshot up to ${index}`,
  installed: index => `installs the snapshot up to ${index}`,
  failed: index => `gives up a snapshot up to ${index}`,
}

/** What says by itself that there is no leader any more. */
const LEADERLESS = /^(asks who|stands|steps down|moves to)/

/** Watches a cluster, and tells what happens in it. */
export class Narrator {
  /** All that has been told since the beginning. */
  readonly lines: Line[] = []
  readonly names: Names
  /** Whether messages are told one by one. */
  withMessages = false
  /** Heartbeats and answers without news, since they were asked for. */
  private heartbeats = 0
  private readonly looks = new Map<string, Look>()
  private readonly told = new Map<string, number>()
  private readonly matches = new Map<string, number>()
  /** The most that a member has acknowledged to another in a term, as that one has heard. */
  private readonly newest = new Map<string, number>()
  /** The round that each leadership is at, since messages are told. */
  private readonly rounds = new Map<string, number>()
  /** Who has granted a vote, by term and candidate. */
  private readonly granted = new Map<string, ReadonlySet<string>>()
  private readonly asked = new Map<string, string>()
  /** What happened within the event that is on, told after what it has changed. */
  private pending: Line[] = []
  private readonly begun: number

  constructor(private readonly cluster: ToldCluster) {
    this.begun = cluster.clock.now()
    this.names = new Names(() => cluster.members)
    cluster.watch = () => this.look()
    cluster.network.traffic$.subscribe(traffic => this.onTraffic(traffic))
  }

  get now(): number {
    return this.cluster.clock.now() - this.begun
  }

  /** After an event, and after a command. */
  look(): void {
    for (const member of this.cluster.members) {
      const told = [...this.tellEvents(member), ...this.tellReplica(member)]
      const isSaid = told.some(line => LEADERLESS.test(line))
      for (const line of told) if (!isSaid || line !== NO_LEADER) this.tell(member.name, line)
    }
    this.lines.push(...this.pending)
    this.pending = []
  }

  settled(what: string, { by, ending, index, error }: Operation): void {
    const how = ending === 'done' ? `done, at ${index}` : `${ending}${error === undefined ? '' : `, ${error.code}`}`
    this.later(by, `answers ${what}: ${how}`)
  }

  /** How many heartbeats there were since this was asked last. */
  takeHeartbeats(): number {
    const { heartbeats } = this
    this.heartbeats = 0
    return heartbeats
  }

  private tell(who: string, text: string): void {
    this.lines.push({ at: this.now, who, text })
  }

  private later(who: string, text: string | undefined): void {
    if (text !== undefined) this.pending.push({ at: this.now, who, text })
  }

  private tellEvents({ name, id, events }: TestMember): readonly string[] {
    const elected = (term: number): string => {
      const voters = byName([...(this.granted.get(`${term} ${id}`) ?? [])])
      return voters.length === 0 ? 'itself alone' : `itself and ${voters.join(' ')}`
    }
    const fresh = events.slice(this.told.get(name) ?? 0)
    this.told.set(name, events.length)
    return fresh.flatMap(event => tellEvent(this.names, id, event, elected) ?? [])
  }

  private tellReplica(member: TestMember): readonly string[] {
    const { name, replica } = member
    const before = this.looks.get(name)
    this.looks.delete(name)
    if (replica === undefined) return []
    const now = lookAt(replica)
    if (before?.replica !== replica)
      replica.compactions.subscribe(({ type, index }) => this.later(name, COMPACTIONS[type](index)))
    this.looks.set(name, now)
    return tellChange(this.names, member, before, now)
  }

  private onTraffic({ type, from, to, message: sent }: Traffic): void {
    // what members send are messages
    const message = sent as Message
    const pair = `${from} ${to}`
    if (type === 'delivered' && message.type === 'request-vote')
      this.asked.set(pair, `${message.lastIndex} of term ${message.lastTerm}`)
    if (type === 'delivered' && message.type === 'vote-reply' && message.reason === 'granted' && !message.pre)
      this.grant(message.forTerm, from, to)
    if (type === 'delivered') this.later(this.names.ofAddress(to), this.late(message, from, to))
    if (type !== 'sent') return
    const who = this.names.ofAddress(from)
    const between = this.between(from, to)
    const line = tellMessage(message, between)
    this.later(who, line)
    if (line === undefined && this.withMessages) this.tellDetail(who, pair, message, between)
  }

  /** What has come too late to count: of it a story tells when it arrives. */
  private late(message: Message, from: string, to: string): string | undefined {
    const receiver = this.find(to)?.replica
    const sender = this.find(from)
    if (receiver === undefined || sender === undefined) return undefined
    if (message.type === 'install-snapshot') return lateChunk(message, receiver)
    if (message.type === 'append-entries') return lateEntries(message, receiver)
    if (message.type !== 'append-reply' || receiver.standing.role !== 'leader') return undefined
    const pair = `${sender.life} ${to} ${message.term} ${message.incarnation}`
    const newest = this.newest.get(pair) ?? 0
    this.newest.set(pair, Math.max(newest, message.match))
    return lateAnswer(message, receiver, sender, newest)
  }

  private find(address: string): TestMember | undefined {
    return this.cluster.members.find(member => member.address === address)
  }

  private tellDetail(who: string, pair: string, message: Message, between: Between): void {
    const isOld = message.type === 'append-reply' && this.matches.get(pair) === message.match
    if (message.type === 'append-reply') this.matches.set(pair, message.match)
    if (isOld || isHeartbeat(message)) this.heartbeats++
    if (message.type === 'append-entries') this.tellRound(who, message)
    if (isOld || isHeartbeat(message)) return
    this.later(who, detail(message, between))
  }

  private tellRound(who: string, { term, round }: MessageOf<'append-entries'>): void {
    const leadership = `${who} ${term}`
    const newest = this.rounds.get(leadership) ?? round
    this.rounds.set(leadership, Math.max(newest, round))
    if (round > newest) this.later(who, `begins round ${round}`)
  }

  private grant(term: number, from: string, to: string): void {
    const key = `${term} ${this.find(to)?.id ?? ''}`
    this.granted.set(key, new Set([...(this.granted.get(key) ?? []), this.names.ofAddress(from)]))
  }

  private between(from: string, to: string): Between {
    const sender = this.find(from)?.replica
    const last = sender?.parts.log.last
    return {
      to: this.names.ofAddress(to),
      last: `${last?.index ?? 0} of term ${last?.term ?? 0}`,
      vote: this.names.ofId(sender?.standing.vote),
      candidateLast: this.asked.get(`${to} ${from}`) ?? '?',
    }
  }
}
