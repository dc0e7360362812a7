import { Ring } from './ring.js'

/** The ticket of what waits nowhere. */
export const NO_TICKET = -1

/** Where an item keeps the ticket of one list: in a field of its own, since it may be in others too. */
export interface Tickets<T> {
  of(item: T): number
  give(item: T, ticket: number): void
}

/** Places beyond four times what is needed: only then are those who stay moved together. */
const SPARE_PLACES = 1024

/** Who came first is first, and anybody may leave: by a ticket, without a search. */
export class Waitlist<T> {
  /** Those who have left from between others leave a place behind. */
  private readonly places = new Ring<T | undefined>()
  private count = 0

  constructor(private readonly tickets: Tickets<T>) {}

  get size(): number {
    return this.count
  }

  get first(): T | undefined {
    return this.places.at(this.places.first)
  }

  has(item: T): boolean {
    return this.places.at(this.tickets.of(item)) === item
  }

  /** Puts it behind all others, unless it is here. */
  add(item: T): void {
    if (this.has(item)) return
    this.count++
    this.tickets.give(item, this.places.push(item))
  }

  /** Whether it was here; it isn't any more. */
  remove(item: T): boolean {
    if (!this.has(item)) return false
    this.places.replace(this.tickets.of(item), undefined)
    this.tickets.give(item, NO_TICKET)
    this.count--
    while (this.places.length > 0 && this.first === undefined) this.places.shift()
    if (this.places.length > 4 * this.count + SPARE_PLACES) this.closeUp()
    return true
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let at = this.places.first; at < this.places.end; at++) {
      const item = this.places.at(at)
      if (item !== undefined) yield item
    }
  }

  /** One who stays for long must not hold the places of all who have passed. */
  private closeUp(): void {
    const staying = [...this]
    this.places.clear()
    for (const item of staying) this.tickets.give(item, this.places.push(item))
  }
}
