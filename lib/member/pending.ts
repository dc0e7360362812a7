import { KayakError } from '../../streams/contracts/errors.js'
import { changeName, type RosterChange } from '../../streams/rules/membership.js'
import { NO_TICKET } from '../../streams/operators/waitlist.js'
import type { Sender } from '../../streams/sources/inbound.js'
import type { Answer } from '../../streams/sources/answer.js'
import type { Timed } from '../../streams/sources/deadlines.js'
import type { AppendRequest, BarrierRequest, ChangeRequest, Settle } from '../../streams/sources/requests.js'

/** What a caller holds of something that waits. */
export interface Waiting {
  /** Gives it up; nothing if it is settled. */
  abort(cause: unknown): void
}

/** Something that a caller waits for: it is settled once, and whatever comes later changes nothing. */
abstract class Pending<T> implements Settle<T>, Timed, Waiting {
  settled = false
  sent = false
  deadlineTicket = NO_TICKET
  unsentTicket = NO_TICKET
  acceptedTicket = NO_TICKET

  constructor(
    private readonly what: string,
    readonly timeoutMs: number,
    readonly deadline: number,
    private readonly settle: Settle<T>,
    private readonly leader: () => Sender | undefined,
  ) {}

  /** Lets go of it where it waits. */
  protected abstract leave(): void

  done(value: T): void {
    if (this.finish()) this.settle.done(value)
  }

  failed(error: KayakError): void {
    if (this.finish()) this.settle.failed(error)
  }

  /** Fails with a code, its outcome unknown once it may have been sent. */
  giveUp(
    code: 'KAYAK_TIMEOUT' | 'KAYAK_ABORTED' | 'KAYAK_STOPPED' | 'KAYAK_REMOVED',
    why: string,
    cause?: unknown,
  ): void {
    const outcome = this.sent ? 'unknown' : 'rejected'
    this.failed(new KayakError(code, `${this.what} ${why}`, { outcome, cause, leader: this.leader() }))
  }

  expire(): void {
    this.giveUp('KAYAK_TIMEOUT', `was not answered within ${this.timeoutMs} ms.`)
  }

  abort(cause: unknown): void {
    this.giveUp('KAYAK_ABORTED', 'was aborted.', cause)
  }

  private finish(): boolean {
    if (this.settled) return false
    this.settled = true
    this.leave()
    return true
  }
}

export type AnyPending = PendingAppend | PendingBarrier | PendingChange

export class PendingAppend extends Pending<Answer> implements AppendRequest {
  get kind(): 'data' {
    return 'data'
  }

  constructor(
    readonly session: string,
    readonly number: number,
    readonly payload: Uint8Array,
    timeoutMs: number,
    deadline: number,
    settle: Settle<Answer>,
    private readonly release: (pending: PendingAppend) => void,
    leader: () => Sender | undefined,
  ) {
    super('The append', timeoutMs, deadline, settle, leader)
  }

  protected leave(): void {
    this.release(this)
  }
}

export class PendingBarrier extends Pending<number> implements BarrierRequest {
  constructor(
    what: string,
    readonly slack: number,
    readonly askedAt: number,
    timeoutMs: number,
    settle: Settle<number>,
    private readonly release: (pending: PendingBarrier) => void,
    leader: () => Sender | undefined,
  ) {
    super(`The ${what}`, timeoutMs, askedAt + timeoutMs, settle, leader)
  }

  protected leave(): void {
    this.release(this)
  }
}

/** What is left of a caller's time for the answer, when a promotion has waited for too long. */
const ANSWERS_SHARE = 0.2

export class PendingChange extends Pending<number> implements ChangeRequest {
  attempts = 0
  readonly askedAt: number
  readonly patientUntil: number

  constructor(
    readonly change: RosterChange,
    timeoutMs: number,
    deadline: number,
    settle: Settle<number>,
    private readonly release: (pending: PendingChange) => void,
    leader: () => Sender | undefined,
  ) {
    super(`The change of the roster (${changeName(change)})`, timeoutMs, deadline, settle, leader)
    this.askedAt = deadline - timeoutMs
    this.patientUntil = deadline - ANSWERS_SHARE * timeoutMs
  }

  protected leave(): void {
    this.release(this)
  }
}
