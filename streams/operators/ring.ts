const LEAST_PLACES = 16
/** A ring that has become empty gives back what is beyond this. */
const KEPT_PLACES = 1024

const places = <T>(count: number): (T | undefined)[] => new Array<T | undefined>(count).fill(undefined)

/**
 * A row of items that grows at its end and gives way at its front, in a circle of places that are used again. An item
 * keeps its position for as long as it is here.
 *
 * What has left is let go of at once, and no other object of the ring's is given up on the way. That matters where many
 * pass through: a `Set` or `Map` gives up its table now and then, each knows the next one, and those that the collector
 * has moved to its old generation keep all that came after them until it looks at everything.
 */
export class Ring<T> {
  private items = places<T>(LEAST_PLACES)
  /** The position of the first item, or of the next one if there is none. */
  first = 0
  /** The position of the next item. */
  end = 0

  get length(): number {
    return this.end - this.first
  }

  /** The item at a position; undefined before and behind those that are here. */
  at(position: number): T | undefined {
    return position < this.first || position >= this.end ? undefined : this.items[position & (this.items.length - 1)]
  }

  /** Says where it is. */
  push(item: T): number {
    if (this.length === this.items.length) this.grow()
    this.items[this.end & (this.items.length - 1)] = item
    return this.end++
  }

  /** Puts another item in the place of one that is here. */
  replace(position: number, item: T): void {
    if (position >= this.first && position < this.end) this.items[position & (this.items.length - 1)] = item
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined
    const item = this.vacate(this.first++)
    this.giveBack()
    return item
  }

  /** Takes out the last one, whose position the next one gets. */
  pop(): T | undefined {
    if (this.length === 0) return undefined
    const item = this.vacate(--this.end)
    this.giveBack()
    return item
  }

  clear(): void {
    this.items = places(LEAST_PLACES)
    this.first = this.end
  }

  private vacate(position: number): T | undefined {
    const place = position & (this.items.length - 1)
    const item = this.items[place]
    this.items[place] = undefined
    return item
  }

  private giveBack(): void {
    if (this.length === 0 && this.items.length > KEPT_PLACES) this.items = places(LEAST_PLACES)
  }

  private grow(): void {
    const { items } = this
    const more = places<T>(items.length * 2)
    for (let position = this.first; position < this.end; position++)
      more[position & (more.length - 1)] = items[position & (items.length - 1)]
    this.items = more
    // it may be old, and would keep them
    items.fill(undefined)
  }
}
