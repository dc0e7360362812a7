import type { SimulatedMachine } from 'kayak/testing'

/** What a buyer asks of the ticket office, about one seat. `look` only asks. */
export interface Request {
  readonly type: 'hold' | 'pay' | 'release' | 'look'
  readonly seat: string
  readonly buyer: string
}

/** What the buyer is told. */
export type Answer = 'yours' | 'taken' | 'paid' | 'not yours' | 'free again' | 'free' | 'held' | 'sold'

/** Sells tickets: a seat is held by one buyer until it is paid for, or let go. */
export class TicketOffice implements SimulatedMachine<Request, Answer> {
  protected held = new Map<string, string>()
  protected sold = new Map<string, string>()

  apply({ type, seat, buyer }: Request): Answer {
    if (type === 'hold') return this.hold(seat, buyer)
    if (this.held.get(seat) !== buyer) return 'not yours'
    this.held.delete(seat)
    if (type === 'release') return 'free again'
    this.sold.set(seat, buyer)
    return 'paid'
  }

  read({ seat }: Request): Answer {
    if (this.sold.has(seat)) return 'sold'
    return this.held.has(seat) ? 'held' : 'free'
  }

  /** Here is the bug: whoever goes on from this snapshot knows of no seat that is held. */
  snapshot(): Uint8Array {
    return encoded({ held: [], sold: [...this.sold] })
  }

  restore(snapshot: Uint8Array): void {
    const { held, sold } = decoded(snapshot)
    this.held = new Map(held)
    this.sold = new Map(sold)
  }

  private hold(seat: string, buyer: string): Answer {
    if (this.sold.has(seat) || (this.held.get(seat) ?? buyer) !== buyer) return 'taken'
    this.held.set(seat, buyer)
    return 'yours'
  }
}

/** The same without the bug. */
export class MendedOffice extends TicketOffice {
  override snapshot(): Uint8Array {
    return encoded({ held: [...this.held], sold: [...this.sold] })
  }
}

interface Held {
  readonly held: readonly (readonly [string, string])[]
  readonly sold: readonly (readonly [string, string])[]
}

const encoded = (held: Held): Uint8Array => new TextEncoder().encode(JSON.stringify(held))
// a snapshot is what encoded() has made
const decoded = (bytes: Uint8Array): Held => JSON.parse(new TextDecoder().decode(bytes)) as Held
