import { Ring } from './ring.js'

/** The ticket of what waits nowhere. */
export const NO_TICKET = -1

/** Who came first is first, and anybody may leave: by the ticket that he was given, without a search. */
export class Waitlist<T> {
  /** Those who have left from between others leave a place behind, until it is the first. */
  private readonly places = new Ring<T | undefined>()
  private count = 0

  get size(): number {
    return this.count
  }

  get first(): T | undefined {
    return this.places.at(this.places.first)
  }

  /** Gives the ticket. */
  add(item: T): number {
    this.count++
    return this.places.push(item)
  }

  /** Whether somebody with this ticket was here; he isn't any more. Another list may have given others the same ticket. */
  remove(item: T, ticket: number): boolean {
    if (this.places.at(ticket) !== item) return false
    this.places.replace(ticket, undefined)
    this.count--
    while (this.places.length > 0 && this.first === undefined) this.places.shift()
    return true
  }

  shift(): T | undefined {
    const { first } = this
    if (first !== undefined) this.remove(first, this.places.first)
    return first
  }

  clear(): void {
    this.places.clear()
    this.count = 0
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let at = this.places.first; at < this.places.end; at++) {
      const item = this.places.at(at)
      if (item !== undefined) yield item
    }
  }
}
