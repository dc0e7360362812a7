import type { KayakError } from '../contracts/errors.js'
import type { RosterChange } from '../rules/membership.js'
import type { Answer } from './answer.js'
import { Attempts } from './attempts.js'

/** How a request ends: in a value or an error, once. */
export interface Settle<T> {
  done(value: T): void
  failed(error: KayakError): void
}

/** An append that waits: `sent` once it may have left this member, from when on its outcome may be unknown. */
export interface AppendRequest extends Settle<Answer> {
  readonly session: string
  readonly number: number
  readonly payload: Uint8Array
  sent: boolean
}

/** A barrier that waits for an index that a round has confirmed and that this member has reached. */
export type BarrierRequest = Settle<number>

/** A change of the roster that waits for the index of a committed roster that shows it. */
export interface ChangeRequest extends Settle<number> {
  readonly change: RosterChange
  readonly askedAt: number
  sent: boolean
  /** How often it was sent and not declined. */
  attempts: number
}

/** Everything that this member's callers wait for. */
export class Requests {
  readonly appends: Attempts<AppendRequest>
  readonly barriers: Attempts<BarrierRequest>
  readonly changes: Attempts<ChangeRequest>
  private readonly bySession = new Map<string, Map<number, Set<AppendRequest>>>()
  /** Barriers whose index is known, until this member has reached it. */
  private confirmed: readonly { readonly index: number; readonly requests: readonly BarrierRequest[] }[] = []

  constructor(newId: () => string) {
    this.appends = new Attempts(newId)
    this.barriers = new Attempts(newId)
    this.changes = new Attempts(newId)
  }

  submitAppend(request: AppendRequest): void {
    const numbers = this.bySession.get(request.session) ?? new Map<number, Set<AppendRequest>>()
    this.bySession.set(request.session, numbers)
    const same = numbers.get(request.number) ?? new Set<AppendRequest>()
    numbers.set(request.number, same.add(request))
    this.appends.submit(request)
  }

  /** Forgets an append that was settled or given up. */
  dropAppend(request: AppendRequest): void {
    this.appends.forget(request)
    const numbers = this.bySession.get(request.session)
    const same = numbers?.get(request.number)
    same?.delete(request)
    if (same?.size === 0) numbers?.delete(request.number)
    if (numbers?.size === 0) this.bySession.delete(request.session)
  }

  /** The appends that wait for this number; usually none or one. */
  waitingFor(session: string, number: number): readonly AppendRequest[] {
    const same = this.bySession.get(session)?.get(number)
    return same === undefined ? [] : [...same]
  }

  /** Every append that waits. */
  *waitingAppends(): Iterable<AppendRequest> {
    for (const numbers of this.bySession.values()) for (const same of numbers.values()) yield* same
  }

  confirmBarriers(index: number, requests: readonly BarrierRequest[]): void {
    this.confirmed = [...this.confirmed, { index, requests }]
  }

  /** Settles the barriers that this member has reached. */
  reached(applied: number): void {
    if (this.confirmed.length === 0) return
    const reached = this.confirmed.filter(group => group.index <= applied)
    this.confirmed = this.confirmed.filter(group => group.index > applied)
    for (const { index, requests } of reached) for (const request of requests) request.done(index)
  }
}
