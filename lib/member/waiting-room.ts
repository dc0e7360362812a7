import type { Budget } from '../../streams/contracts/budget.js'
import { KayakError } from '../../streams/contracts/errors.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import { sessionExpired } from '../../streams/contracts/session-expired.js'
import type { Replica } from '../../streams/replica/replica.js'
import type { LogEntry } from '../../streams/rules/entry.js'
import type { RosterChange } from '../../streams/rules/membership.js'
import { neededFor, type Staleness } from '../../streams/rules/staleness.js'
import type { Answer } from '../../streams/sources/answer.js'
import { Deadlines } from '../../streams/sources/deadlines.js'
import type { Sender } from '../../streams/sources/inbound.js'
import type { Settle } from '../../streams/sources/requests.js'
import { PendingAppend, PendingBarrier, PendingChange, type AnyPending, type Waiting } from './pending.js'

export type { Waiting } from './pending.js'

const overloaded = (what: string, budget: Budget): KayakError =>
  new KayakError('KAYAK_OVERLOADED', `Too many ${what} wait here (the budget "${budget}").`, { budget })

/** Where this member's callers wait: everything in it is settled by its deadline, by the log, or when the member stops. */
export class WaitingRoom {
  /** All that wait. */
  private readonly deadlines: Deadlines<AnyPending>
  private readonly leader = (): Sender | undefined => this.replica.standing.leader
  private readonly releaseAppend = (done: PendingAppend): void => {
    this.bytes -= done.payload.byteLength
    this.replica.parts.requests.dropAppend(done)
    this.leave(done)
  }
  /** Appends whose turn is to come: those that come together take one. */
  private arrived: PendingAppend[] = []
  private readonly submitArrived = (): void => {
    const { arrived } = this
    this.arrived = []
    for (const pending of arrived) {
      if (pending.settled) continue
      this.replica.parts.requests.submitAppend(pending)
      this.answer(pending.session, pending.number)
    }
  }
  private bytes = 0

  constructor(private readonly replica: Replica) {
    this.deadlines = new Deadlines(replica.parts.clock)
  }

  get size(): number {
    return this.deadlines.size
  }

  append(session: string, number: number, payload: Uint8Array, timeoutMs: number, settle: Settle<Answer>): Waiting {
    this.admit(payload.byteLength)
    const pending = new PendingAppend(
      session,
      number,
      payload,
      timeoutMs,
      this.deadline(timeoutMs),
      settle,
      this.releaseAppend,
      this.leader,
    )
    this.enter(pending)
    this.bytes += payload.byteLength
    if (this.arrived.push(pending) === 1) this.replica.parts.inbox.post(this.submitArrived)
    return pending
  }

  /** Waits until all is here that was acknowledged anywhere before it was asked for. */
  barrier(timeoutMs: number, settle: Settle<number>): Waiting {
    const { barriers } = this.replica.parts.requests
    return this.reading('barrier', 0, timeoutMs, settle, pending => barriers.submit(pending))
  }

  /** The same, where the leader's lease is enough. */
  lease(timeoutMs: number, settle: Settle<number>): Waiting {
    const { leases } = this.replica.parts.requests
    return this.reading('read', 0, timeoutMs, settle, pending => leases.submit(pending))
  }

  /** Waits until what is here is no staler than so, as has been proven, or is proven now. */
  bounded(staleness: Staleness, timeoutMs: number, settle: Settle<number>): Waiting {
    const { requests, clock } = this.replica.parts
    const now = clock.now()
    return this.reading('read', staleness.entries, timeoutMs, settle, pending => {
      const needed = neededFor(requests.proof, now, staleness)
      if (needed === undefined) requests.barriers.submit(pending)
      else requests.await(pending, needed)
    })
  }

  /** Waits until there is a leader that answers, for an append of so many bytes that is named by what has committed. */
  led(bytes: number, timeoutMs: number, settle: Settle<number>): Waiting {
    const { barriers } = this.replica.parts.requests
    this.admit(bytes)
    const held: Settle<number> = {
      done: index => {
        this.bytes -= bytes
        settle.done(index)
      },
      failed: error => {
        this.bytes -= bytes
        settle.failed(error)
      },
    }
    const slack = Number.MAX_SAFE_INTEGER
    const waiting = this.reading('append', slack, timeoutMs, held, pending => barriers.submit(pending))
    this.bytes += bytes
    return waiting
  }

  /** Holds something that waits for whatever settles it, by the deadline and the budget of all. */
  hold(
    what: string,
    timeoutMs: number,
    settle: Settle<number>,
    begin: (pending: Settle<number>) => void,
    drop: (pending: Settle<number>) => void,
  ): Waiting {
    const release = (done: PendingBarrier): void => {
      drop(done)
      this.leave(done)
    }
    const now = this.replica.parts.clock.now()
    const pending = new PendingBarrier(what, 0, now, timeoutMs, settle, release, this.leader)
    this.enter(pending)
    begin(pending)
    return pending
  }

  /** Waits until this member has applied up to an index. */
  reach(index: number, timeoutMs: number, settle: Settle<number>): Waiting {
    const { requests } = this.replica.parts
    return this.reading('read', 0, timeoutMs, settle, pending => requests.await(pending, index))
  }

  change(change: RosterChange, timeoutMs: number, settle: Settle<number>): Waiting {
    const { changes } = this.replica.parts.requests
    const release = (done: PendingChange): void => {
      changes.forget(done)
      this.leave(done)
    }
    const pending = new PendingChange(change, timeoutMs, this.deadline(timeoutMs), settle, release, this.leader)
    this.enter(pending)
    this.post(pending, () => changes.submit(pending))
    return pending
  }

  /** Settles those whose append has just been applied here. */
  applied(entry: LogEntry): void {
    if (entry.session !== '') this.answer(entry.session, entry.number, entry)
  }

  /** Settles those that an installed snapshot has answered. */
  installed(): void {
    for (const { session, number } of [...this.replica.parts.requests.waitingAppends()]) this.answer(session, number)
  }

  /** Fails all that still wait. */
  close(code: 'KAYAK_STOPPED' | 'KAYAK_REMOVED', why: string, cause?: unknown): void {
    this.arrived = []
    for (const pending of [...this.deadlines]) pending.giveUp(code, why, cause)
    this.deadlines.stop()
  }

  private answer(session: string, number: number, applied?: LogEntry): void {
    const waiting = this.replica.parts.requests.waitingFor(session, number)
    if (waiting.length === 0) return
    // what has just been applied and isn't known was refused for its date
    const refused = applied === undefined ? undefined : 'expired'
    const answer = this.replica.sessions.find(session, number) ?? refused
    if (answer === undefined) return
    for (const request of waiting) {
      if (answer !== 'expired') request.done(applied?.index === answer.index ? applied : answer)
      else request.failed(sessionExpired())
    }
  }

  private reading(
    what: 'barrier' | 'read' | 'append',
    slack: number,
    timeoutMs: number,
    settle: Settle<number>,
    submit: (pending: PendingBarrier) => void,
  ): Waiting {
    const { requests, clock } = this.replica.parts
    const release = (done: PendingBarrier): void => {
      requests.dropBarrier(done)
      this.leave(done)
    }
    const pending = new PendingBarrier(what, slack, clock.now(), timeoutMs, settle, release, this.leader)
    this.enter(pending)
    this.post(pending, submit)
    return pending
  }

  /** Refuses so many bytes more than may wait here. */
  private admit(bytes: number): void {
    if (this.bytes + bytes <= LIMITS.pendingAppendBytes) return
    this.replica.parts.budgets.over('pending', this.bytes + bytes, LIMITS.pendingAppendBytes)
    throw overloaded('bytes of appends', 'pending')
  }

  private deadline(timeoutMs: number): number {
    return this.replica.parts.clock.now() + timeoutMs
  }

  private enter(pending: AnyPending): void {
    if (this.replica.parts.inbox.isClosed) throw new KayakError('KAYAK_STOPPED', 'The member has stopped.')
    if (this.size >= LIMITS.pendingRequests) {
      this.replica.parts.budgets.over('requests', this.size + 1, LIMITS.pendingRequests)
      throw overloaded('requests', 'requests')
    }
    this.deadlines.add(pending)
  }

  /** Lets it take its turn, unless it is settled by then. */
  private post<P extends AnyPending>(pending: P, submit: (pending: P) => void): void {
    this.replica.parts.inbox.post(() => {
      if (!pending.settled) submit(pending)
    })
  }

  private leave(pending: AnyPending): void {
    this.deadlines.delete(pending)
  }
}
