/** First in, first out, at the same price however many wait: an array's `shift` moves all that are behind. */
export class Queue<T> {
  private items: T[] = []
  private first = 0

  get length(): number {
    return this.items.length - this.first
  }

  push(item: T): void {
    this.items.push(item)
  }

  /** Takes out so many, or all if there are fewer. */
  take(count: number): T[] {
    const taken = this.items.slice(this.first, this.first + count)
    this.first += taken.length
    if (this.first === this.items.length) this.clear()
    else if (this.first > 1024 && this.first * 2 > this.items.length) this.trim()
    return taken
  }

  clear(): void {
    this.items = []
    this.first = 0
  }

  /** Lets go of what is taken; done so rarely that it costs nothing. */
  private trim(): void {
    this.items = this.items.slice(this.first)
    this.first = 0
  }
}
