import type { Settle } from '../../streams/sources/requests.js'

/**
 * What waits for an index, in groups, so that many that wait for the same cost one look, and all of them none until the
 * least that any waits for has come.
 */
export class IndexQueue {
  private readonly groups = new Map<number, Set<Settle<number>>>()
  private readonly places = new Map<Settle<number>, number>()
  private next = Infinity

  add(index: number, waiting: Settle<number>): void {
    const group = this.groups.get(index) ?? new Set()
    this.groups.set(index, group.add(waiting))
    this.places.set(waiting, index)
    this.next = Math.min(this.next, index)
  }

  delete(waiting: Settle<number>): void {
    const index = this.places.get(waiting)
    if (index === undefined) return
    this.places.delete(waiting)
    const group = this.groups.get(index)
    group?.delete(waiting)
    if (group?.size === 0) this.groups.delete(index)
  }

  /** Takes out those that wait for no more than so much, by what they wait for. */
  take(reached: number): readonly (readonly [index: number, waiting: Settle<number>])[] {
    if (reached < this.next) return []
    const taken: (readonly [number, Settle<number>])[] = []
    this.next = Infinity
    for (const [index, group] of this.groups) {
      if (index > reached) this.next = Math.min(this.next, index)
      else for (const waiting of group) taken.push([index, waiting])
    }
    for (const [, waiting] of taken) this.delete(waiting)
    return taken
  }
}
