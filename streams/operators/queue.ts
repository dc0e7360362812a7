/** First in, first out, at the same price however many wait: an array's `shift` moves all that are behind. */
export class Queue<T> {
  /** What is taken is let go of at once, though its place is only now and then. */
  private items: (T | undefined)[] = []
  private start = 0

  get length(): number {
    return this.items.length - this.start
  }

  /** The next that is taken out. */
  get first(): T | undefined {
    return this.items[this.start]
  }

  push(item: T): void {
    this.items.push(item)
  }

  /** Takes out so many, or all if there are fewer. */
  take(count: number): T[] {
    // what hasn't been taken is there
    const taken = this.items.slice(this.start, this.start + count) as T[]
    this.items.fill(undefined, this.start, this.start + taken.length)
    this.start += taken.length
    if (this.start === this.items.length) this.clear()
    else if (this.start > 1024 && this.start * 2 > this.items.length) this.trim()
    return taken
  }

  clear(): void {
    this.items = []
    this.start = 0
  }

  /** Lets go of what is taken; done so rarely that it costs nothing. */
  private trim(): void {
    this.items = this.items.slice(this.start)
    this.start = 0
  }
}
