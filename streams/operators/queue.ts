import { Ring } from './ring.js'

/** First in, first out, at the same price however many wait: an array's `shift` moves all that are behind. */
export class Queue<T> {
  private readonly items = new Ring<T>()

  get length(): number {
    return this.items.length
  }

  /** The next that is taken out. */
  get first(): T | undefined {
    return this.items.at(this.items.first)
  }

  push(item: T): void {
    this.items.push(item)
  }

  /** Takes out the next one. */
  shift(): T | undefined {
    return this.items.shift()
  }

  /** Takes out so many, or all if there are fewer. */
  take(count: number): T[] {
    const taken: T[] = []
    // as many as are there
    for (let left = Math.min(count, this.items.length); left > 0; left--) taken.push(this.items.shift() as T)
    return taken
  }

  clear(): void {
    this.items.clear()
  }
}
