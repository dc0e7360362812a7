import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs'

type Work<T> = (this: SchedulerAction<T>, state?: T) => void

/** A place in the heap. It is void once its action has been cancelled or scheduled anew. */
interface Slot {
  readonly due: number
  readonly order: number
  readonly action: VirtualAction<unknown>
}

const isBefore = (a: Slot, b: Slot): boolean => a.due < b.due || (a.due === b.due && a.order < b.order)

/** A binary heap, the earliest first. */
class Heap {
  readonly #slots: Slot[] = []

  get first(): Slot | undefined {
    return this.#slots[0]
  }

  push(slot: Slot): void {
    const slots = this.#slots
    let at = slots.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = slots[parent]
      if (above === undefined || !isBefore(slot, above)) break
      slots[at] = above
      at = parent
    }
    slots[at] = slot
  }

  /** Takes out the earliest. */
  shift(): void {
    const last = this.#slots.pop()
    if (last !== undefined && this.#slots.length > 0) this.#sink(last)
  }

  count(isMeant: (slot: Slot) => boolean): number {
    return this.#slots.filter(isMeant).length
  }

  #sink(slot: Slot): void {
    const slots = this.#slots
    let at = 0
    for (;;) {
      const left = slots[2 * at + 1]
      if (left === undefined) break
      const right = slots[2 * at + 2]
      const isRight = right !== undefined && isBefore(right, left)
      const least = isRight ? right : left
      if (!isBefore(least, slot)) break
      slots[at] = least
      at = 2 * at + (isRight ? 2 : 1)
    }
    slots[at] = slot
  }
}

/** What an action needs of its clock. */
interface Timeline {
  place(action: VirtualAction<unknown>, delay: number): Slot
  forget(): void
}

/** One piece of scheduled work. It may schedule itself again, from within its work or later. */
class VirtualAction<T> extends Subscription implements SchedulerAction<T> {
  #slot: Slot | undefined
  #state: T | undefined

  constructor(
    private readonly timeline: Timeline,
    private readonly work: Work<T>,
  ) {
    super()
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this
    if (this.#slot !== undefined) this.timeline.forget()
    this.#state = state
    // An action's state is its own business: to the clock it is opaque.
    this.#slot = this.timeline.place(this as VirtualAction<unknown>, delay)
    return this
  }

  isOf(owner: object): boolean {
    return 'owner' in this.work && this.work.owner === owner
  }

  holds(slot: Slot): boolean {
    return this.#slot === slot
  }

  run(): void {
    this.#slot = undefined
    try {
      this.work(this.#state)
    } catch (error) {
      this.unsubscribe()
      throw error
    }
  }

  override unsubscribe(): void {
    if (this.closed) return
    if (this.#slot !== undefined) this.timeline.forget()
    this.#slot = undefined
    this.#state = undefined
    super.unsubscribe()
  }
}

/**
 * Virtual time: nothing happens until it is moved on, and then everything due happens at its own time, in order; what
 * is due at the same time happens in the order in which it was scheduled. Fits wherever RxJS takes a scheduler.
 *
 * A promise never resolves while time is moved on: what is run in virtual time must not wait for one.
 */
export class VirtualClock implements SchedulerLike {
  readonly #heap = new Heap()
  readonly #timeline: Timeline
  #now: number
  #order = 0
  #pending = 0
  #isRunning = false

  /** @param start - the time at which it begins, in milliseconds. */
  constructor(start = 0) {
    this.#now = start
    this.#timeline = {
      place: (action, delay) => this.#place(action, delay),
      forget: () => {
        this.#pending--
      },
    }
  }

  now(): number {
    return this.#now
  }

  /** How many actions wait for their time. */
  get pending(): number {
    return this.#pending
  }

  /** How many actions wait whose work has an `owner`, which is this one. */
  pendingOf(owner: object): number {
    return this.#heap.count(slot => slot.action.holds(slot) && slot.action.isOf(owner))
  }

  /** The time of the next action; undefined if none waits. */
  get next(): number | undefined {
    return this.#next()?.due
  }

  /** Schedules work for so many virtual milliseconds from now; it runs when the clock is moved there. */
  schedule<T>(work: Work<T>, delay = 0, state?: T): Subscription {
    return new VirtualAction(this.#timeline, work).schedule(state, delay)
  }

  /**
   * Moves on to the next action and runs it; false if there is none. What the action throws is thrown from here.
   */
  step(): boolean {
    const slot = this.#next()
    if (slot === undefined) return false
    if (this.#isRunning) throw new Error('Time is moved on from within an action that time runs.')
    this.#heap.shift()
    this.#pending--
    this.#now = slot.due
    this.#isRunning = true
    try {
      slot.action.run()
    } finally {
      this.#isRunning = false
    }
    return true
  }

  /** Moves on by so many milliseconds, running what is due until then, the end included. */
  advanceBy(ms: number): void {
    this.advanceTo(this.#now + ms)
  }

  /** Moves on to a time, running what is due until then, the end included. */
  advanceTo(time: number): void {
    this.#runTo(time, () => false)
  }

  /**
   * Moves on until a predicate holds, which is asked before and after each action, but by no more than `limitMs`.
   *
   * @returns whether it holds.
   */
  runUntil(predicate: () => boolean, limitMs: number): boolean {
    return this.#runTo(this.#now + limitMs, predicate)
  }

  #runTo(time: number, isDone: () => boolean): boolean {
    if (isDone()) return true
    for (let slot = this.#next(); slot !== undefined && slot.due <= time; slot = this.#next()) {
      this.step()
      if (isDone()) return true
    }
    this.#now = Math.max(this.#now, time)
    return false
  }

  #place(action: VirtualAction<unknown>, delay: number): Slot {
    const slot = { due: this.#now + (delay > 0 ? delay : 0), order: this.#order++, action }
    this.#heap.push(slot)
    this.#pending++
    return slot
  }

  /** The earliest slot that still counts; those before it were cancelled and are thrown away. */
  #next(): Slot | undefined {
    for (let slot = this.#heap.first; slot !== undefined; slot = this.#heap.first) {
      if (slot.action.holds(slot)) return slot
      this.#heap.shift()
    }
    return undefined
  }
}
