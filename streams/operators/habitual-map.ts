/** A map that is mostly asked for what it was asked for last: entries of one session follow each other. */
export class HabitualMap<T> {
  private readonly things = new Map<string, T>()
  private lastName: string | undefined
  private lastThing: T | undefined

  get size(): number {
    return this.things.size
  }

  get(name: string): T | undefined {
    if (name === this.lastName) return this.lastThing
    this.lastThing = this.things.get(name)
    this.lastName = name
    return this.lastThing
  }

  /** Puts it behind all others, if it isn't there. */
  set(name: string, thing: T): void {
    this.things.set(name, thing)
    this.forget()
  }

  delete(name: string): void {
    this.things.delete(name)
    this.forget()
  }

  entries(): IterableIterator<[name: string, thing: T]> {
    return this.things.entries()
  }

  values(): IterableIterator<T> {
    return this.things.values()
  }

  private forget(): void {
    this.lastName = undefined
    this.lastThing = undefined
  }
}
