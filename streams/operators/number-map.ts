const LEAST_PLACES = 4
/** One that has become empty gives back what is beyond this. */
const KEPT_PLACES = 1024
const NOBODY = -1

/** Where a map has its things: so many places, in each one or none. */
export interface Places<T> {
  /** What is there, where something is. */
  at(place: number): T
  put(place: number, thing: T): void
  /** Lets go of what is there. */
  clear(place: number): void
}

class ThingPlaces<T> implements Places<T> {
  private readonly things: (T | undefined)[]

  constructor(count: number) {
    this.things = new Array<T | undefined>(count).fill(undefined)
  }

  at(place: number): T {
    return this.things[place] as T // which has been put there
  }

  put(place: number, thing: T): void {
    this.things[place] = thing
  }

  clear(place: number): void {
    this.things[place] = undefined
  }
}

/** Of which there is one for all maps: many of them are small. */
const thingPlaces = <T>(count: number): Places<T> => new ThingPlaces(count)

/**
 * A map by whole numbers from 0, most of which follow each other: each has the place of its last bits. It grows while it
 * is full by half, and a number whose place is taken is kept apart. Why not a `Map`, see {@link Ring}.
 */
export class NumberMap<T> {
  private numbers = new Array<number>(LEAST_PLACES).fill(NOBODY)
  private things: Places<T>
  private placed = 0
  /** Those whose place is another's. */
  private apart: Map<number, T> | undefined

  /** @param places - makes so many of them. Those that it has by itself take anything as it is. */
  constructor(private readonly places: (count: number) => Places<T> = thingPlaces) {
    this.things = places(LEAST_PLACES)
  }

  get size(): number {
    return this.placed + (this.apart?.size ?? 0)
  }

  get(number: number): T | undefined {
    const place = number & (this.numbers.length - 1)
    return this.numbers[place] === number ? this.things.at(place) : this.apart?.get(number)
  }

  has(number: number): boolean {
    return this.numbers[number & (this.numbers.length - 1)] === number || this.apart?.has(number) === true
  }

  set(number: number, thing: T): void {
    const place = number & (this.numbers.length - 1)
    const there = this.numbers[place]
    if (there === number) this.things.put(place, thing)
    else if (there === NOBODY && this.apart?.has(number) !== true) this.place(place, number, thing)
    else if (there !== NOBODY && this.placed * 2 > this.numbers.length) this.growFor(number, thing)
    else this.apart = (this.apart ?? new Map<number, T>()).set(number, thing)
  }

  delete(number: number): boolean {
    const place = number & (this.numbers.length - 1)
    if (this.numbers[place] !== number) return this.apart?.delete(number) ?? false
    this.numbers[place] = NOBODY
    this.things.clear(place)
    this.placed--
    if (this.placed === 0 && this.numbers.length > KEPT_PLACES) this.resize(LEAST_PLACES)
    return true
  }

  /** In no order, as are the others. */
  *keys(): IterableIterator<number> {
    for (const number of this.numbers) if (number !== NOBODY) yield number
    if (this.apart !== undefined) yield* this.apart.keys()
  }

  *values(): IterableIterator<T> {
    for (const [, thing] of this) yield thing
  }

  *[Symbol.iterator](): IterableIterator<readonly [number, T]> {
    for (const number of this.keys()) yield [number, this.get(number) as T] // which is there
  }

  private place(place: number, number: number, thing: T): void {
    this.numbers[place] = number
    this.things.put(place, thing)
    this.placed++
  }

  private growFor(number: number, thing: T): void {
    this.resize(this.numbers.length * 2)
    this.set(number, thing)
  }

  private resize(count: number): void {
    const { numbers, things } = this
    this.numbers = new Array<number>(count).fill(NOBODY)
    this.things = this.places(count)
    numbers.forEach((number, at) => {
      if (number === NOBODY) return
      const place = number & (count - 1)
      this.numbers[place] = number
      this.things.put(place, things.at(at))
      // they may be old, and would keep it
      things.clear(at)
    })
  }
}
