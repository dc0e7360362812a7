import type { KayakError } from '../contracts/errors.js'
import type { Proposal } from '../rules/entry.js'
import type { RosterChange } from '../rules/membership.js'
import type { Proof } from '../rules/staleness.js'
import type { Answer } from './answer.js'
import { Attempts, type Attempted } from './attempts.js'
import { HabitualMap } from '../operators/habitual-map.js'
import { IndexQueue } from '../operators/index-queue.js'
import { NumberMap } from '../operators/number-map.js'

/** How a request ends: in a value or an error, once. */
export interface Settle<T> {
  done(value: T): void
  failed(error: KayakError): void
}

/** What waits until it is settled, once. */
export interface Request extends Attempted {
  readonly settled: boolean
}

/** An append that waits: `sent` once it may have left this member, from when on its outcome may be unknown. */
export interface AppendRequest extends Settle<Answer>, Request, Proposal {
  sent: boolean
}

/** A barrier that waits for an index that the leader has confirmed and that this member has reached. */
export interface BarrierRequest extends Settle<number>, Request {
  readonly askedAt: number
  /** By how many entries this member may be behind what was confirmed. */
  readonly slack: number
}

/** A change of the roster that waits for the index of a committed roster that shows it. */
export interface ChangeRequest extends Settle<number>, Request {
  readonly change: RosterChange
  readonly askedAt: number
  /** Until when a promotion may wait for the learner: before the caller gives up, so that he hears why. */
  readonly patientUntil: number
  sent: boolean
  /** How often it was sent and not declined. */
  attempts: number
}

const NONE: readonly AppendRequest[] = []

/** Everything that this member's callers wait for. */
export class Requests {
  readonly appends: Attempts<AppendRequest>
  readonly barriers: Attempts<BarrierRequest>
  /** Barriers for which the leader's lease is enough. */
  readonly leases: Attempts<BarrierRequest>
  readonly changes: Attempts<ChangeRequest>
  private readonly bySession = new HabitualMap<NumberMap<readonly AppendRequest[]>>()
  /** Barriers whose index is known, until this member has reached it. */
  private readonly confirmed = new IndexQueue<BarrierRequest>()
  /** What is known of how much had been acknowledged when. */
  proof: Proof | undefined

  constructor(newId: () => string) {
    this.appends = new Attempts(newId)
    this.barriers = new Attempts(newId)
    this.leases = new Attempts(newId)
    this.changes = new Attempts(newId)
  }

  /** Whether any has been handed over, or declined, and has no other answer yet. */
  get areUnderWay(): boolean {
    return [this.appends, this.barriers, this.leases, this.changes].some(({ mayRetry }) => mayRetry)
  }

  submitAppend(request: AppendRequest): void {
    const { session, number } = request
    const known = this.bySession.get(session)
    const numbers = known ?? new NumberMap<readonly AppendRequest[]>()
    if (known === undefined) this.bySession.set(session, numbers)
    const same = numbers.get(number)
    numbers.set(number, same === undefined ? [request] : [...same, request])
    this.appends.submit(request)
  }

  /** Forgets an append that was settled or given up. */
  dropAppend(request: AppendRequest): void {
    this.appends.forget(request)
    const numbers = this.bySession.get(request.session)
    const same = numbers?.get(request.number)
    if (same === undefined || !same.includes(request)) return
    if (same.length > 1) {
      numbers?.set(
        request.number,
        same.filter(one => one !== request),
      )
      return
    }
    numbers?.delete(request.number)
    if (numbers?.size === 0) this.bySession.delete(request.session)
  }

  /** The appends that wait for this number; usually none or one. */
  waitingFor(session: string, number: number): readonly AppendRequest[] {
    return this.bySession.get(session)?.get(number) ?? NONE
  }

  /** Every append that waits. */
  *waitingAppends(): Iterable<AppendRequest> {
    for (const numbers of this.bySession.values()) for (const same of numbers.values()) yield* same
  }

  /** What the leader has said up to where all was acknowledged when these were asked for. */
  confirmBarriers(index: number, requests: readonly BarrierRequest[]): void {
    for (const request of requests) {
      const { askedAt } = request
      if (askedAt > (this.proof?.askedAt ?? -Infinity)) this.proof = { index, askedAt }
      this.await(request, index - request.slack)
    }
  }

  /** Lets a request wait until this member has applied up to an index. */
  await(request: BarrierRequest, index: number): void {
    this.confirmed.put(index, request)
  }

  /** Forgets a barrier that was settled or given up. */
  dropBarrier(request: BarrierRequest): void {
    this.barriers.forget(request)
    this.leases.forget(request)
    this.confirmed.delete(request)
  }

  /** Settles those that this member has reached. */
  reached(applied: number): void {
    for (const [index, request] of this.confirmed.take(applied)) request.done(index)
  }
}
