/** Who asks, and the number of what is asked, in base 36. */
const NUMBERED = /^(.+)-([0-9a-z]{1,10})$/

/**
 * Tells requests that come late: once more, or behind one that the same asker has sent after them. Whoever waits for the
 * answer still asks again, under a number that follows; nobody else may be surprised by what he has given up.
 *
 * ```
 *  ids   a-1--a-2--a-1--b-1--a-3--a-3
 *  late  -----------x--------------x
 * ```
 */
export class InOrder {
  private readonly newest = new Map<string, number>()

  /** @param most - askers that are remembered: those who have asked last. */
  constructor(private readonly most: number) {}

  isLate(id: string): boolean {
    const [, asker = id, digits = '0'] = NUMBERED.exec(id) ?? []
    const number = parseInt(digits, 36)
    const newest = this.newest.get(asker) ?? -1
    if (number <= newest) return true
    this.newest.delete(asker)
    this.newest.set(asker, number)
    for (const oldest of this.newest.keys()) {
      if (this.newest.size <= this.most) break
      this.newest.delete(oldest)
    }
    return false
  }
}
