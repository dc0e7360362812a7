import { HabitualMap } from '../operators/habitual-map.js'

/** Things by name, in the order in which they were used. */
export class Recency<T> {
  /** The least recently used first. */
  private readonly things = new HabitualMap<T>()
  /** The first of them, once somebody has asked: to ask a map each time costs more than all the rest. */
  private first: readonly [name: string, thing: T] | undefined

  get size(): number {
    return this.things.size
  }

  get(name: string): T | undefined {
    return this.things.get(name)
  }

  /** Puts it in, or makes it the most recently used. */
  use(name: string, thing: T): void {
    this.delete(name)
    this.things.set(name, thing)
  }

  delete(name: string): void {
    this.things.delete(name)
    if (this.first?.[0] === name) this.first = undefined
  }

  /** The least recently used. */
  get oldest(): readonly [name: string, thing: T] | undefined {
    if (this.first === undefined) [this.first] = this.things.entries()
    return this.first
  }

  [Symbol.iterator](): Iterator<readonly [name: string, thing: T]> {
    return this.things.entries()
  }
}
