import { Waitlist, type Tickets } from '../operators/waitlist.js'

/** What the attempts that a request is in keep of it: the tickets by which it leaves. */
export interface Attempted {
  readonly settled: boolean
  unsentTicket: number
  acceptedTicket: number
}

const UNSENT: Tickets<Attempted> = {
  of: request => request.unsentTicket,
  give: (request, ticket) => void (request.unsentTicket = ticket),
}
const ACCEPTED: Tickets<Attempted> = {
  of: request => request.acceptedTicket,
  give: (request, ticket) => void (request.acceptedTicket = ticket),
}

/**
 * Requests of this member that need the leader: each waits until it is handed over, then for the answer to that
 * attempt, and begins anew, under a new id, when the leader changes or nothing comes. A caller waits in a map here.
 */
export class Attempts<Request extends Attempted> {
  private readonly unsent = new Waitlist<Request>(UNSENT)
  private readonly sent = new Map<string, { readonly requests: readonly Request[]; readonly at: number }>()
  /** Declined: they wait for another leader, or for the next look. */
  private declined: readonly Request[] = []
  /** Handed over and accepted, until what they ask for is seen. */
  private readonly accepted = new Waitlist<Request>(ACCEPTED)

  constructor(private readonly newId: () => string) {}

  /** How many are to be handed over. */
  get waiting(): number {
    return this.unsent.size
  }

  /** How many attempts are not answered. */
  get underWay(): number {
    return this.sent.size
  }

  /** Whether {@link retry} has anything to begin anew as long as the leader stays. */
  get mayRetry(): boolean {
    return this.sent.size > 0 || this.declined.length > 0
  }

  /** How many have been accepted and are not settled. */
  get awaited(): number {
    return this.accepted.size
  }

  submit(request: Request): void {
    this.unsent.add(request)
  }

  /** What waits, from the front while it fits, as one attempt with an id that no other has. */
  take(now: number, fits: (request: Request) => boolean = () => true): { id: string; requests: readonly Request[] } {
    const requests: Request[] = []
    for (let next = this.unsent.first; next !== undefined && fits(next); next = this.unsent.first) {
      this.unsent.remove(next)
      requests.push(next)
    }
    const id = this.newId()
    this.sent.set(id, { requests, at: now })
    return { id, requests }
  }

  /** What an attempt that has been answered was for; nothing if it was given up meanwhile. */
  answered(id: string): readonly Request[] {
    const attempt = this.sent.get(id)
    this.sent.delete(id)
    return attempt?.requests ?? []
  }

  accept(requests: readonly Request[]): void {
    for (const request of requests) if (!request.settled) this.accepted.add(request)
  }

  /** Puts declined requests aside until the next {@link retry}, so that nobody is asked in a tight circle. */
  later(requests: readonly Request[]): void {
    this.declined = [...this.declined, ...requests]
  }

  /** Begins anew with all that was handed over before `before`; the accepted ones too where the leader has changed. */
  retry(before: number, leaderChanged: boolean): void {
    const again = [...this.declined]
    this.declined = []
    if (leaderChanged) {
      for (const request of [...this.accepted]) {
        this.accepted.remove(request)
        again.push(request)
      }
    }
    for (const [id, attempt] of this.sent) {
      if (attempt.at > before) continue
      this.sent.delete(id)
      again.push(...attempt.requests)
    }
    const unsettled = again.filter(request => !request.settled)
    if (unsettled.length > 0) this.putInFront(unsettled)
  }

  /** Forgets a settled request. */
  forget(request: Request): void {
    this.unsent.remove(request)
    this.accepted.remove(request)
  }

  private putInFront(requests: readonly Request[]): void {
    const waiting = [...this.unsent]
    for (const request of waiting) this.unsent.remove(request)
    // one may have been declined, and accepted in another attempt
    for (const request of [...requests, ...waiting]) this.unsent.add(request)
  }
}
