const NOTHING: readonly never[] = []

/**
 * What waits for an index, in groups, so that many that wait for the same cost one look, and all of them none until the
 * least that any waits for has come.
 */
export class IndexQueue<Waiting> {
  private readonly groups = new Map<number, Set<Waiting>>()
  private readonly places = new Map<Waiting, number>()
  private next = Infinity

  /** Puts in what waits for an index; one that is in already waits for this one from now on. */
  put(index: number, waiting: Waiting): void {
    this.delete(waiting)
    const group = this.groups.get(index) ?? new Set()
    this.groups.set(index, group.add(waiting))
    this.places.set(waiting, index)
    this.next = Math.min(this.next, index)
  }

  delete(waiting: Waiting): void {
    const index = this.places.get(waiting)
    if (index === undefined) return
    this.places.delete(waiting)
    const group = this.groups.get(index)
    group?.delete(waiting)
    if (group?.size === 0) this.groups.delete(index)
  }

  /** Takes out those that wait for no more than so much, with what they wait for. */
  take(reached: number): readonly (readonly [index: number, waiting: Waiting])[] {
    if (reached < this.next) return NOTHING
    const taken: (readonly [number, Waiting])[] = []
    this.next = Infinity
    for (const [index, group] of this.groups) {
      if (index > reached) this.next = Math.min(this.next, index)
      else for (const waiting of group) taken.push([index, waiting])
    }
    for (const [, waiting] of taken) this.delete(waiting)
    return taken
  }
}
